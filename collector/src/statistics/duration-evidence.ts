/**
 * What is known of durations that were mostly not seen to end, in a form whose likelihood costs one pass.
 *
 * For each observation evidence L(t) says how likely what was seen is if the duration was t: 0 where t is ruled out, 1
 * where it fits, between where it would be odd. L is a step function on a common list of edges, so that with the
 * survival S at the edges the likelihood of an observation is Z = Σ change · S(edge) over its steps:
 *
 *     alive at g                       L = 1 beyond g               change +1 at g
 *     ended between l and r            L = 1 in (l, r]              +1 at l, −1 at r
 *     idle for now, passed over at g   L = 1 to g, .01 beyond       +1 at 0, −.99 at g
 *
 * Equal observations are one with a weight.
 */
export interface DurationEvidence {
  /** Ascending, the first is 0. In any one unit. */
  readonly edges: Float64Array;
  /** The steps of observation i are those from `offsets[i]` to before `offsets[i + 1]`, ascending by edge. */
  readonly offsets: Uint32Array;
  /** Index of the edge behind which L changes. */
  readonly stepEdges: Uint32Array;
  /** By how much. */
  readonly stepChanges: Float64Array;
  /**
   * Index of the edge at which observation ended while the duration may have gone on; `edges.length` where it is known
   * to have ended.
   */
  readonly until: Uint32Array;
  /** How often each was seen, above 0. */
  readonly weights: Float64Array;
  /** Index in `batchSizes`. */
  readonly batches: Uint32Array;
  /** How many became idle together; for laws of batches. */
  readonly batchSizes: Uint32Array;
  /** Σ weights. */
  readonly n: number;
}

/** How many observations there are after equal ones were put together. */
export function observationCount(evidence: DurationEvidence): number {
  return evidence.weights.length;
}

/** Index of the batch size of each observation as the survival tables are laid out; 0 where there is one table only. */
export function tableOf(evidence: DurationEvidence, tables: number, observation: number): number {
  return tables === 1 ? 0 : evidence.batches[observation]!;
}

/** Below this a likelihood is taken for this much: survival as a difference of doubles knows no better. */
export const LEAST_LIKELIHOOD = 2 ** -53;

/**
 * ln of the likelihood of all observations.
 *
 * @param survival at each edge, one table, or one for each of `batchSizes`
 */
export function logLikelihood(evidence: DurationEvidence, survival: readonly Float64Array[]): number {
  const { offsets, stepEdges, stepChanges, weights, batches } = evidence;
  const only = survival.length === 1 ? survival[0]! : undefined;
  let total = 0;
  for (let observation = 0; observation < weights.length; observation += 1) {
    const table = only ?? survival[batches[observation]!]!;
    const end = offsets[observation + 1]!;
    let z = 0;
    for (let step = offsets[observation]!; step < end; step += 1) {
      z += stepChanges[step]! * table[stepEdges[step]!]!;
    }
    total += weights[observation]! * Math.log(z > LEAST_LIKELIHOOD ? z : LEAST_LIKELIHOOD);
  }
  return total;
}
