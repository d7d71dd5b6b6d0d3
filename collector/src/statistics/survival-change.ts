import { bfgs } from './bfgs.ts';
import { chiSquaredUpperTail } from './distributions.ts';
import { logLikelihood } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { expectedDeaths } from './expected-deaths.ts';

/** Whether two windows of time have the same survival. */
export interface SurvivalChange {
  /** Twice the gain in log-likelihood from separate survivals. */
  readonly statistic: number;
  /** Number of compared stretches of duration. */
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** Hazard ratio per stretch, second window over the first. */
  readonly hazardRatios: Float64Array;
  /** Bounds of the stretches, one more than there are stretches. */
  readonly bounds: Float64Array;
}

export interface SurvivalChangeOptions {
  /** Minimum number of expected ends per stretch in each window; default 5. */
  readonly leastDeaths?: number;
  /**
   * Maximum number of stretches; default 5. Too many for the resolution of the inspections make the test weak, because
   * interval evidence divides each end among several stretches.
   */
  readonly mostStretches?: number;
}

/** Limit for the logarithm of a multiple. */
const LARGEST = 14;
/** Of the log-likelihood. */
const TOLERANCE = 1e-12;

/**
 * Likelihood-ratio test of two windows (this week, the previous week) on interval-censored evidence. Durations are
 * divided into up to five stretches with about equal numbers of ends, at least five in each window. In each stretch, a
 * window's hazard is a multiple of the common one.
 *
 * Assumes independent observations: spells of one batch that share their fate are overcounted. Compare p with 0.001
 * when deciding whether to keep an old law.
 *
 * @param before and after: on the same edges
 * @param survival common to both, at each edge, such as the smoothed estimate over both
 * @returns undefined with too few ends for a single stretch
 */
export function survivalChange(
  before: DurationEvidence,
  after: DurationEvidence,
  survival: Float64Array,
  options: SurvivalChangeOptions = {},
): SurvivalChange | undefined {
  const { leastDeaths = 5, mostStretches = 5 } = options;
  const { edges } = before;
  if (edges.length !== after.edges.length || edges.some((edge, index) => edge !== after.edges[index])) {
    throw new RangeError('windows must be on the same edges');
  }
  const hazards = Float64Array.from({ length: edges.length - 1 }, (_, bin) =>
    survival[bin]! > 0 ? Math.min(30, -Math.log(Math.max(1e-13, survival[bin + 1]! / survival[bin]!))) : 0,
  );
  const windows = [before, after];
  const groups = stretches(windows, survival, leastDeaths, mostStretches);
  if (!groups) return undefined;
  const common = multiples(windows, hazards, groups);
  const own = windows.map((window) => multiples([window], hazards, groups));
  const fit = (window: DurationEvidence, factors: Float64Array): number =>
    logLikelihood(window, [scaled(hazards, groups, factors)]);
  const together = windows.reduce((sum, window) => sum + fit(window, common), 0);
  const apart = windows.reduce((sum, window, index) => sum + fit(window, own[index]!), 0);
  const statistic = Math.max(0, 2 * (apart - together));
  const degreesOfFreedom = common.length;
  const firsts = Array.from(common, (_, group) => groups.indexOf(group));
  return {
    statistic,
    degreesOfFreedom,
    p: chiSquaredUpperTail(statistic, degreesOfFreedom),
    hazardRatios: Float64Array.from(common, (_, group) => own[1]![group]! / own[0]![group]!),
    bounds: Float64Array.from([...firsts, edges.length - 1], (edge) => edges[edge]!),
  };
}

/** Stretch of each bin, or undefined if even all bins together have too few ends. */
function stretches(
  windows: readonly DurationEvidence[],
  survival: Float64Array,
  least: number,
  most: number,
): Uint32Array | undefined {
  const expected = windows.map((window) => {
    const { atRisk } = expectedDeaths(window, survival);
    return (bin: number): number =>
      survival[bin]! > 0 ? atRisk[bin]! * (1 - survival[bin + 1]! / survival[bin]!) : 0;
  });
  const groups = new Uint32Array(survival.length - 1);
  const total = groups.reduce(
    (sum, _, bin) => sum + expected.reduce((all, deaths) => all + deaths(bin), 0),
    0,
  );
  const sums = windows.map(() => 0);
  let group = 0;
  for (let bin = 0; bin < groups.length; bin += 1) {
    groups[bin] = group;
    for (const [index, deaths] of expected.entries()) sums[index] = sums[index]! + deaths(bin);
    const both = sums.reduce((sum, deaths) => sum + deaths, 0);
    if (Math.min(...sums) >= least && both >= (1 - 1e-9) * (total / most)) {
      group += 1;
      sums.fill(0);
    }
  }
  if (group === 0) return undefined;
  // The remainder is too small for a separate stretch.
  return groups.map((own) => Math.min(own, group - 1));
}

/** The best-fitting multiples of the hazards in each stretch. */
function multiples(
  windows: readonly DurationEvidence[],
  hazards: Float64Array,
  groups: Uint32Array,
): Float64Array {
  const factorsOf = (logs: readonly number[]): Float64Array =>
    Float64Array.from(logs, (log) => Math.exp(Math.min(LARGEST, Math.max(-LARGEST, log))));
  const { x } = bfgs(
    (logs) => {
      const factors = factorsOf(logs);
      const survival = scaled(hazards, groups, factors);
      const gradient = logs.map(() => 0);
      let value = 0;
      for (const window of windows) {
        value -= logLikelihood(window, [survival]);
        // The slope of the likelihood is that of its expectation over what was not seen (Fisher's identity).
        const { deaths, atRisk } = expectedDeaths(window, survival);
        for (let bin = 0; bin < groups.length; bin += 1) {
          const hazard = hazards[bin]! * factors[groups[bin]!]!;
          if (!(hazard > 0)) continue;
          gradient[groups[bin]!]! -= (deaths[bin]! * hazard) / Math.expm1(hazard);
          gradient[groups[bin]!]! += Math.max(0, atRisk[bin]! - deaths[bin]!) * hazard;
        }
      }
      return { value, gradient };
    },
    Array.from({ length: groups.at(-1)! + 1 }, () => 0),
    { steps: Array.from({ length: groups.at(-1)! + 1 }, () => 0.3), valueTolerance: TOLERANCE },
  );
  return factorsOf(x);
}

function scaled(hazards: Float64Array, groups: Uint32Array, factors: Float64Array): Float64Array {
  const survival = new Float64Array(hazards.length + 1);
  survival[0] = 1;
  let sum = 0;
  for (let bin = 0; bin < hazards.length; bin += 1) {
    sum += hazards[bin]! * factors[groups[bin]!]!;
    survival[bin + 1] = Math.exp(-sum);
  }
  return survival;
}
