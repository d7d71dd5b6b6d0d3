import { LEAST_LIKELIHOOD, observationCount, tableOf } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';

/** When one observation ended, if it did. */
export interface DeathPosterior {
  /** Probability that it has ended, 0 to 1. */
  readonly gone: number;
  /** Interval of the duration, given that it ended; absent if it certainly continues. */
  readonly low?: number;
  readonly median?: number;
  readonly high?: number;
}

/**
 * Posterior of one observation's end for a given survival: the survival bounds it below (nothing dies while everything
 * survives), the evidence above.
 *
 * Ends may be anywhere in the evidence, not only at the time of the question. The survival is taken as exact: average
 * it over laws and parameters first. An end beyond the last edge is placed at the last edge.
 *
 * @param survival at each edge: one table, or one per batch size in `batchSizes`
 * @param level of the interval; default 0.95
 */
export function deathPosterior(
  evidence: DurationEvidence,
  observation: number,
  survival: readonly Float64Array[],
  level = 0.95,
): DeathPosterior {
  const { edges, offsets, stepEdges, stepChanges, until } = evidence;
  const table = survival[tableOf(evidence, survival.length, observation)]!;
  const from = offsets[observation]!;
  const to = offsets[observation + 1]!;
  const last = until[observation]!;
  // Time beyond the end of observation has not happened yet.
  const end = last < edges.length ? table[last]! : 0;
  let evidenceLevel = 0;
  let ended = 0;
  for (let step = from; step < to; step += 1) {
    evidenceLevel += stepChanges[step]!;
    const low = step + 1 < to ? table[stepEdges[step + 1]!]! : end;
    ended += massBetween(evidenceLevel, table[stepEdges[step]!]!, low);
  }
  const alive = last < edges.length ? Math.max(0, evidenceLevel) * end : 0;
  if (!(ended > LEAST_LIKELIHOOD)) {
    // A known end that the survival rules out did happen, somewhere in its evidence.
    if (last < edges.length) return { gone: ended + alive > 0 ? ended / (ended + alive) : 0 };
    const widest = {
      low: edges[stepEdges[from]!]!,
      high: edges[Math.min(stepEdges[to - 1]!, edges.length - 1)]!,
    };
    return { gone: 1, ...widest };
  }
  const at = (share: number): number => {
    let rest = share * ended;
    let own = 0;
    for (let step = from; step < to; step += 1) {
      own += stepChanges[step]!;
      const high = table[stepEdges[step]!]!;
      const mass = massBetween(own, high, step + 1 < to ? table[stepEdges[step + 1]!]! : end);
      if (mass > 0 && rest <= mass) return timeAt(edges, table, stepEdges[step]!, high - rest / own);
      rest -= mass;
    }
    return edges[Math.min(last, edges.length - 1)]!;
  };
  const tail = (1 - level) / 2;
  return { gone: ended / (ended + alive), low: at(tail), median: at(0.5), high: at(1 - tail) };
}

function massBetween(level: number, high: number, low: number): number {
  return level > 0 && high > low ? level * (high - low) : 0;
}

/** Probability that each observation has ended. */
export function goneProbabilities(
  evidence: DurationEvidence,
  survival: readonly Float64Array[],
): Float64Array {
  return Float64Array.from({ length: observationCount(evidence) }, (_, observation) =>
    goneOf(evidence, observation, survival),
  );
}

function goneOf(evidence: DurationEvidence, observation: number, survival: readonly Float64Array[]): number {
  const { edges, offsets, stepEdges, stepChanges, until } = evidence;
  const last = until[observation]!;
  if (last >= edges.length) return 1;
  const table = survival[tableOf(evidence, survival.length, observation)]!;
  let z = 0;
  let level = 0;
  for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
    z += stepChanges[step]! * table[stepEdges[step]!]!;
    level += stepChanges[step]!;
  }
  return z > 0 ? Math.min(1, Math.max(0, 1 - (Math.max(0, level) * table[last]!) / z)) : 0;
}

/**
 * Probability that an observation had already ended when its evidence changed, given what was known just before. For
 * each step after the first, this is what the next sign is compared with.
 */
export function goneBeforeSteps(
  evidence: DurationEvidence,
  observation: number,
  survival: readonly Float64Array[],
): Float64Array {
  const { offsets, stepEdges, stepChanges } = evidence;
  const table = survival[tableOf(evidence, survival.length, observation)]!;
  const from = offsets[observation]!;
  const to = offsets[observation + 1]!;
  const gone = new Float64Array(Math.max(0, to - from - 1));
  let level = 0;
  let ended = 0;
  for (let step = from; step < to - 1; step += 1) {
    level += stepChanges[step]!;
    const low = table[stepEdges[step + 1]!]!;
    ended += level * (table[stepEdges[step]!]! - low);
    const alive = level * low;
    gone[step - from] = ended + alive > 0 ? ended / (ended + alive) : 0;
  }
  return gone;
}

/** The time at which a survival falls to a level, linear between edges. */
function timeAt(edges: Float64Array, table: Float64Array, from: number, level: number): number {
  let low = from;
  let high = edges.length - 1;
  if (table[high]! > level) return edges[high]!;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (table[middle]! > level) low = middle;
    else high = middle;
  }
  const fall = table[low]! - table[high]!;
  const share = fall > 0 ? Math.min(1, Math.max(0, (table[low]! - level) / fall)) : 0;
  return edges[low]! + share * (edges[high]! - edges[low]!);
}
