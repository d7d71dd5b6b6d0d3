import { clusterProportion, labelChanges } from '../statistics/index.ts';
import type { LabelChanges, Proportion } from '../statistics/index.ts';

/** Hops and pairs of a stretch of time. */
export interface HopBlock {
  readonly hops: number;
  readonly pairs: number;
}

/** Consecutive hops are not independent: the interval uses at most this many stretches of time. */
const MOST_BLOCKS = 30;
/** Shorter stretches correlate with each other more than they inform. */
const LEAST_PAIRS = 20;

export interface HopRates {
  /** Hops per pair, with an interval from stretches of time. */
  readonly rate: Proportion;
  /**
   * The rate if each invocation had been placed independently, with hosts as frequent as observed; absent with one
   * host, or with too few known pairs.
   */
  readonly independent?: LabelChanges;
}

/**
 * The observed rate of hops, and the expected rate without any stickiness.
 *
 * @param blocks stretches of time in order
 * @param perHost number of invocations per host
 */
export function hopRates(blocks: readonly HopBlock[], perHost: Iterable<number>): HopRates {
  const pairs = blocks.reduce((sum, block) => sum + block.pairs, 0);
  const hops = blocks.reduce((sum, block) => sum + block.hops, 0);
  const joined = join(blocks, Math.max(LEAST_PAIRS, Math.ceil(pairs / MOST_BLOCKS)));
  const { value, low, high, n } = clusterProportion(
    joined.map((block) => block.hops),
    joined.map((block) => block.pairs),
    // A single stretch does not show how correlated its hops are: as many as stay together count as one.
    { assumedDesignEffect: hops > 0 ? Math.max(1, pairs / hops) : pairs },
  );
  const independent = labelChanges(perHost, pairs, hops);
  return {
    rate: { ...(value !== undefined && { value }), low, high, n },
    ...(independent && { independent }),
  };
}

/** Joins neighbours until each block has this many pairs; the last one gets the rest. */
function join(blocks: readonly HopBlock[], leastPairs: number): HopBlock[] {
  const joined: HopBlock[] = [];
  let open = { hops: 0, pairs: 0 };
  for (const { hops, pairs } of blocks) {
    open = { hops: open.hops + hops, pairs: open.pairs + pairs };
    if (open.pairs < leastPairs) continue;
    joined.push(open);
    open = { hops: 0, pairs: 0 };
  }
  const last = joined.pop() ?? { hops: 0, pairs: 0 };
  return [...joined, { hops: last.hops + open.hops, pairs: last.pairs + open.pairs }];
}
