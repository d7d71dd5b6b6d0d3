import { logLikelihood } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { expectedDeaths } from './expected-deaths.ts';
import { smooth, survivalOfHazards } from './hazards.ts';

/**
 * Largest number of plain steps that one extrapolated step may replace; longer ones diverge more often than they help
 * (4 needs a third of the steps).
 */
const LONGEST = 4;

/** A non-parametric survival over the edges of the evidence. */
export interface SmoothedSurvival {
  /** At each edge, from 1, falling. */
  readonly survival: Float64Array;
  /** Expected ends in (edge b, edge b + 1], excluding those of the prior; the last counts those beyond all edges. */
  readonly deaths: Float64Array;
  /** Expected number at risk at each edge, excluding the prior. */
  readonly atRisk: Float64Array;
  /** Σ deaths: the number of ends behind the estimate. */
  readonly expectedDeaths: number;
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface SmoothedSurvivalOptions {
  /** Prior survival at each edge, from 1, falling to above 0. */
  readonly prior: Float64Array;
  /** The prior counts as this many observations; default 1. */
  readonly priorWeight?: number;
  /** Initial value; default the prior. A previous estimate saves most of the iterations. */
  readonly start?: Float64Array;
  /**
   * Number of passes that average neighbours with ¼, ½, ¼; default 1. On edges of ratio r, (ln 1.04 / ln r)² passes
   * keep the smoothing width of ratio 1.04.
   */
  readonly passes?: number;
  /** Convergence limit: largest change of the survival by a plain step; default 1e-5. */
  readonly tolerance?: number;
  /** Default 1,000. */
  readonly maxIterations?: number;
}

/**
 * Survival by EM with smoothing: expected ends over expected numbers at risk, both averaged over neighbouring bins,
 * with a prior whose influence decreases as data arrive. Unlike the maximum-likelihood estimate it does not concentrate
 * its mass on single bins, so it can provide posterior intervals of single observations.
 *
 * It stops when the survival no longer changes; the probability of a single observation converges long before. Where
 * nothing was seen it equals the prior's hazard. A jump is smeared over the averaged bins.
 *
 * @see Silverman, Jones, Wilson and Nychka, JRSS B 52 (1990), for EM with smoothing
 */
export function smoothedSurvival(
  evidence: DurationEvidence,
  options: SmoothedSurvivalOptions,
): SmoothedSurvival {
  const { prior, priorWeight = 1, passes = 1, tolerance = 1e-5, maxIterations = 1_000 } = options;
  const bins = evidence.edges.length - 1;
  let expected = expectedDeaths(evidence, options.start ?? prior);
  /** The next estimate, from the expectations under the current one. */
  const step = (): Estimate => {
    const deaths = new Float64Array(bins);
    const atRisk = new Float64Array(bins);
    for (let bin = 0; bin < bins; bin += 1) {
      deaths[bin] = expected.deaths[bin]! + priorWeight * (prior[bin]! - prior[bin + 1]!);
      atRisk[bin] = expected.atRisk[bin]! + priorWeight * prior[bin]!;
    }
    for (let pass = 0; pass < passes; pass += 1) {
      smooth(deaths);
      smooth(atRisk);
    }
    const hazards = deaths;
    const logs = new Float64Array(bins);
    for (let bin = 0; bin < bins; bin += 1) {
      hazards[bin] = atRisk[bin]! > 0 ? Math.min(1, deaths[bin]! / atRisk[bin]!) : 0;
      logs[bin] = Math.log(hazards[bin]!);
    }
    const survival = survivalOfHazards(hazards);
    expected = expectedDeaths(evidence, survival);
    return { survival, logs };
  };
  let own = step();
  let iterations = 1;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    iterations += 3;
    // Two plain steps, then one extrapolation along their direction (SQUAREM), checked by a plain step from there.
    const first = step();
    const second = step();
    const ahead = extrapolate(own.logs, first.logs, second.logs);
    if (ahead) expected = expectedDeaths(evidence, ahead);
    const plain = largestStep(first.survival, second.survival);
    const next = step();
    if (ahead && largestStep(ahead, next.survival) > Math.max(plain, tolerance)) {
      // The extrapolation failed: continue from the plain steps.
      own = second;
      expected = expectedDeaths(evidence, second.survival);
      converged = plain < tolerance;
    } else {
      own = next;
      converged = largestStep(ahead ?? second.survival, next.survival) < tolerance;
    }
  }
  const { survival } = own;
  return {
    survival,
    deaths: expected.deaths,
    atRisk: expected.atRisk,
    expectedDeaths: expected.deaths.reduce((sum, deaths) => sum + deaths, 0),
    logLikelihood: logLikelihood(evidence, [survival]),
    iterations,
    converged,
  };
}

interface Estimate {
  readonly survival: Float64Array;
  /** ln of the hazard in each bin. */
  readonly logs: Float64Array;
}

function largestStep(from: Float64Array, to: Float64Array): number {
  let most = 0;
  for (let edge = 0; edge < from.length; edge += 1) most = Math.max(most, Math.abs(to[edge]! - from[edge]!));
  return most;
}

/**
 * The extrapolated limit of three successive estimates, from the logarithms of their hazards; undefined if it is not a
 * survival.
 *
 * @see Varadhan and Roland, Scandinavian J. Statistics 35 (2008), scheme S3
 */
function extrapolate(a: Float64Array, b: Float64Array, c: Float64Array): Float64Array | undefined {
  let speed = 0;
  let change = 0;
  for (let bin = 0; bin < a.length; bin += 1) {
    const first = b[bin]! - a[bin]!;
    const second = c[bin]! - b[bin]! - first;
    speed += first * first;
    change += second * second;
  }
  // Hazards of 0 have no logarithm.
  if (!(change > 0 && speed < Infinity)) return undefined;
  const length = Math.min(LONGEST, Math.max(1, Math.sqrt(speed / change)));
  if (length === 1) return undefined;
  const hazards = new Float64Array(a.length);
  for (let bin = 0; bin < a.length; bin += 1) {
    const first = b[bin]! - a[bin]!;
    const second = c[bin]! - b[bin]! - first;
    const hazard = Math.exp(a[bin]! + 2 * length * first + length * length * second);
    if (!(hazard < 1)) return undefined;
    hazards[bin] = hazard;
  }
  return survivalOfHazards(hazards);
}
