import type { OpenEvidence } from './open-evidence.ts';
import type { ColdSigns } from './signs.ts';

/** Cold starts while sandboxes were idle. */
interface ColdStarts {
  /** Regime of each open spell. */
  readonly regimeOf: ArrayLike<number>;
  /** Moments of each regime. */
  readonly moments: readonly number[];
  readonly colds: ColdSigns;
}

/**
 * For each cold start that passed a sandbox over: the probability that all other idle sandboxes were gone. They die by
 * one law, so their fates are correlated: the result is the minimum of their probabilities, not the product.
 */
export function othersGone(
  { single }: OpenEvidence,
  tables: readonly Float64Array[],
  { regimeOf, moments, colds }: ColdStarts,
  before: Float64Array | undefined,
): Float64Array {
  const least = moments.map((count) => ({
    first: new Float64Array(count).fill(1),
    second: new Float64Array(count).fill(1),
    owner: new Int32Array(count).fill(-1),
  }));
  const { offsets, idleMs, moment: momentOf } = colds;
  const gone = new Float64Array(idleMs.length);
  for (let index = 0; index + 1 < offsets.length; index += 1) {
    const [from, to] = [offsets[index]!, offsets[index + 1]!];
    if (from === to) continue;
    const own = least[regimeOf[index]!]!;
    goneBefore(single, index, tables, idleMs.subarray(from, to), gone.subarray(from, to));
    for (let at = from; at < to; at += 1) {
      const value = gone[at]!;
      const moment = momentOf[at]!;
      if (value < own.first[moment]!) {
        own.second[moment] = own.first[moment]!;
        own.first[moment] = value;
        own.owner[moment] = index;
      } else if (value < own.second[moment]!) own.second[moment] = value;
    }
  }
  for (let index = 0; index + 1 < offsets.length; index += 1) {
    const own = least[regimeOf[index]!]!;
    for (let at = offsets[index]!; at < offsets[index + 1]!; at += 1) {
      const moment = momentOf[at]!;
      const others = own.owner[moment] === index ? own.second[moment]! : own.first[moment]!;
      // Half the step, so that two spells that are evidence against each other do not oscillate.
      gone[at] = before ? (others + before[at]!) / 2 : others;
    }
  }
  return gone;
}

/** Probability that a spell had ended before each of several idle times, ascending, from what was known just before. */
function goneBefore(
  { edges, offsets, stepEdges, stepChanges, until, batches }: OpenEvidence['single'],
  index: number,
  tables: readonly Float64Array[],
  idleMs: Float64Array,
  gone: Float64Array,
): void {
  const table = tables.length === 1 ? tables[0]! : tables[batches[index]!]!;
  const from = offsets[index]!;
  const to = offsets[index + 1]!;
  let step = from;
  let level = stepChanges[from]!;
  let ended = 0;
  // Once per step, up to the one that is followed by a sign.
  let share = to === from + 1 ? 1 - table[until[index]!]! : 0;
  for (let at = 0; at < idleMs.length; at += 1) {
    for (; step + 1 < to; step += 1) {
      const low = table[stepEdges[step + 1]!]!;
      const all = ended + level * (table[stepEdges[step]!]! - low);
      share = all + level * low > 0 ? all / (all + level * low) : 0;
      // The sign itself is on the next edge.
      if (edges[stepEdges[step + 1]!]! >= idleMs[at]!) break;
      ended = all;
      level += stepChanges[step + 1]!;
    }
    gone[at] = share;
  }
}
