/**
 * Evidence about durations whose ends were mostly not seen, in a form whose likelihood costs one pass.
 *
 * For each observation, the evidence L(t) is the likelihood of what was seen if the duration was t: 0 if t is
 * impossible, 1 if it fits, and in between if it is unlikely. L is a step function on a common list of edges, so with
 * the survival S at the edges the likelihood of an observation is Z = Σ change · S(edge) over its steps:
 *
 *     alive at g                       L = 1 beyond g               change +1 at g
 *     ended between l and r            L = 1 in (l, r]              +1 at l, −1 at r
 *     idle for now, passed over at g   L = 1 to g, .01 beyond       +1 at 0, −.99 at g
 *
 * Equal observations are merged into one with a weight.
 */
export interface DurationEvidence {
  /** Ascending, the first is 0. In any single unit. */
  readonly edges: Float64Array;
  /** The steps of observation i are those from `offsets[i]` to before `offsets[i + 1]`, ascending by edge. */
  readonly offsets: Uint32Array;
  /** Index of the edge after which L changes. */
  readonly stepEdges: Uint32Array;
  /** The change of L. */
  readonly stepChanges: Float64Array;
  /**
   * Index of the edge at which observation ended while the duration may have continued; `edges.length` if it is known
   * to have ended.
   */
  readonly until: Uint32Array;
  /** Number of times each was seen, above 0. */
  readonly weights: Float64Array;
  /** Index in `batchSizes`. */
  readonly batches: Uint32Array;
  /** Number of items that became idle together; for laws of batches. */
  readonly batchSizes: Uint32Array;
  /** Σ weights. */
  readonly n: number;
}

/** Number of observations after equal ones were merged. */
export function observationCount(evidence: DurationEvidence): number {
  return evidence.weights.length;
}

/** Index of the batch size of each observation in the order of the survival tables; 0 if there is only one table. */
export function tableOf(evidence: DurationEvidence, tables: number, observation: number): number {
  return tables === 1 ? 0 : evidence.batches[observation]!;
}

/** Likelihoods below this are set to this value: a survival as a difference of doubles is no more precise. */
export const LEAST_LIKELIHOOD = 2 ** -53;

/**
 * ln of the likelihood of all observations.
 *
 * @param survival at each edge: one table, or one per batch size in `batchSizes`
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
