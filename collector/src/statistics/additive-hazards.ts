import { logLikelihood } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { expectedDeaths } from './expected-deaths.ts';
import { smooth, survivalOfHazards } from './hazards.ts';

/** Spells of items that were of about the same age when they became idle. */
export interface AgedSpells {
  /** Age at the start of the spells; absent if unknown, as for items from before observation began. */
  readonly age?: number;
  /** All on the same edges. */
  readonly evidence: DurationEvidence;
}

export interface AdditiveHazardsOptions {
  /** Prior survival over idle time at each edge, from 1, falling to above 0. */
  readonly prior: Float64Array;
  /** The prior counts as this many observations; default 1. */
  readonly priorWeight?: number;
  /** Bounds of the ages with constant hazard, ascending from 0; the last hazard continues beyond. */
  readonly ageEdges: ArrayLike<number>;
  /**
   * Time for which items of each age bin were observed while not idle; default 0. One element less than age edges.
   */
  readonly busyTime?: ArrayLike<number>;
  /**
   * Prior ends and time at risk in each age bin; default no ends over the first bin's length.
   */
  readonly agePrior?: { readonly ends: number; readonly time: number };
  /** As for `smoothedSurvival`; default 1. */
  readonly passes?: number;
  /** Convergence limit: largest change of the survival in a step; default 1e-5. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly maxIterations?: number;
}

/** Two causes of an end: long idleness and old age. */
export interface AdditiveHazards {
  /** Survival over idle time if nothing aged, at each edge. */
  readonly survival: Float64Array;
  /** Ends per unit of time in each age bin. */
  readonly ageHazards: Float64Array;
  /** Expected ends by idleness in each bin of idle time, and by age in each age bin; excluding the priors. */
  readonly idleDeaths: Float64Array;
  readonly ageDeaths: Float64Array;
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Separates ends by idle time g from ends by age a, with additive hazards: h(g, a) = h_idle(g) + h_age(a). EM with
 * smoothing over idle time, as in `smoothedSurvival`; each expected end is divided between the causes in proportion to
 * their hazards there.
 *
 * Needed if items age while they have only short idle spells: their ends then do not depend on idle time, and counting
 * them as such would smear its survival. Only spells that end at the same idle time and different ages distinguish the
 * two. Spells of unknown age count for idle time alone.
 *
 * @returns undefined without observations
 * @see Aalen, in Lecture Notes in Statistics 2 (1980), for additive hazards
 */
export function additiveHazards(
  spells: readonly AgedSpells[],
  options: AdditiveHazardsOptions,
): AdditiveHazards | undefined {
  const {
    prior,
    priorWeight = 1,
    ageEdges,
    busyTime,
    passes = 1,
    tolerance = 1e-5,
    maxIterations = 500,
  } = options;
  const edges = spells[0]?.evidence.edges;
  if (!edges || !spells.some(({ evidence }) => evidence.n > 0)) return undefined;
  if (spells.some(({ evidence }) => evidence.edges.length !== edges.length)) {
    throw new RangeError('spells of all ages must be on the same edges');
  }
  const bins = edges.length - 1;
  const ages = ageEdges.length - 1;
  const agePrior = options.agePrior ?? { ends: 0, time: ageEdges[1]! - ageEdges[0]! };
  let survival: Float64Array = Float64Array.from(prior);
  let ageHazards: Float64Array = new Float64Array(ages).fill(agePrior.ends / agePrior.time);
  let iterations = 0;
  for (;;) {
    iterations += 1;
    const idleDeaths = new Float64Array(bins);
    const atRisk = new Float64Array(bins);
    const ageDeaths = new Float64Array(ages);
    const ageTime = Float64Array.from({ length: ages }, (_, bin) => busyTime?.[bin] ?? 0);
    let likelihood = 0;
    for (const { age, evidence } of spells) {
      const aged = agedSurvival(survival, edges, age, ageEdges, ageHazards);
      const expected = expectedDeaths(evidence, aged);
      likelihood += logLikelihood(evidence, [aged]);
      for (let bin = 0; bin < bins; bin += 1) {
        const deaths = expected.deaths[bin]!;
        atRisk[bin] = atRisk[bin]! + expected.atRisk[bin]!;
        let byIdle = 1;
        if (age !== undefined) {
          const width = edges[bin + 1]! - edges[bin]!;
          const old = ageBin(age + (edges[bin]! + edges[bin + 1]!) / 2, ageEdges);
          const idleHazard = -Math.log(survival[bin + 1]! / survival[bin]!);
          const ageHazard = ageHazards[old]! * width;
          const both = idleHazard + ageHazard;
          if (Number.isFinite(idleHazard) && both > 0) byIdle = idleHazard / both;
          ageDeaths[old] = ageDeaths[old]! + deaths * (1 - byIdle);
          // Half of the items that end in a bin were at risk in it.
          ageTime[old] = ageTime[old]! + width * Math.max(0, expected.atRisk[bin]! - deaths / 2);
        }
        idleDeaths[bin] = idleDeaths[bin]! + deaths * byIdle;
      }
    }
    const deaths = idleDeaths.map((count, bin) => count + priorWeight * (prior[bin]! - prior[bin + 1]!));
    const risk = atRisk.map((count, bin) => count + priorWeight * prior[bin]!);
    for (let pass = 0; pass < passes; pass += 1) {
      smooth(deaths);
      smooth(risk);
    }
    const next = survivalOfHazards(
      deaths.map((count, bin) => (risk[bin]! > 0 ? Math.min(1, count / risk[bin]!) : 0)),
    );
    const nextAges = ageDeaths.map((count, bin) => (count + agePrior.ends) / (ageTime[bin]! + agePrior.time));
    let moved = 0;
    for (const [edge, value] of next.entries()) moved = Math.max(moved, Math.abs(value - survival[edge]!));
    for (const [bin, hazard] of nextAges.entries()) {
      const width = ageEdges[bin + 1]! - ageEdges[bin]!;
      moved = Math.max(moved, Math.abs(Math.exp(-hazard * width) - Math.exp(-ageHazards[bin]! * width)));
    }
    survival = next;
    ageHazards = nextAges;
    const converged = moved < tolerance;
    if (converged || iterations >= maxIterations) {
      return {
        survival,
        ageHazards,
        idleDeaths,
        ageDeaths,
        logLikelihood: likelihood,
        iterations,
        converged,
      };
    }
  }
}

/** Survival over idle time for items that become idle at an age, at each edge: both hazards together. */
export function agedSurvival(
  survival: Float64Array,
  edges: ArrayLike<number>,
  age: number | undefined,
  ageEdges: ArrayLike<number>,
  ageHazards: ArrayLike<number>,
): Float64Array {
  if (age === undefined) return survival;
  const start = cumulative(age, ageEdges, ageHazards);
  return survival.map(
    (value, edge) => value * Math.exp(start - cumulative(age + edges[edge]!, ageEdges, ageHazards)),
  );
}

function cumulative(age: number, ageEdges: ArrayLike<number>, ageHazards: ArrayLike<number>): number {
  let sum = 0;
  for (let bin = 0; bin < ageHazards.length && ageEdges[bin]! < age; bin += 1) {
    const end = bin + 1 < ageHazards.length ? Math.min(age, ageEdges[bin + 1]!) : age;
    sum += ageHazards[bin]! * (end - ageEdges[bin]!);
  }
  return sum;
}

function ageBin(age: number, ageEdges: ArrayLike<number>): number {
  let bin = 0;
  while (bin < ageEdges.length - 2 && ageEdges[bin + 1]! <= age) bin += 1;
  return bin;
}
