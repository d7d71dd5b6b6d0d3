import { clusterProportion, labelChanges } from '../statistics/index.ts';
import type { LabelChanges, Proportion } from '../statistics/index.ts';

/** Hops and pairs of a stretch of time. */
export interface HopBlock {
  readonly hops: number;
  readonly pairs: number;
}

/** Hops in a row are not independent: the interval is by stretches of time, at most so many. */
const MOST_BLOCKS = 30;
/** Shorter stretches tell less of one another than of themselves. */
const LEAST_PAIRS = 20;

export interface HopRates {
  /** Hops per pair, with an interval by stretches of time. */
  readonly rate: Proportion;
  /**
   * The rate if each invocation had been placed by itself, hosts as often used as they were; absent with one host, or where
   * too few pairs are known.
   */
  readonly independent?: LabelChanges;
}

/**
 * The rate of hops, and what it would be without any stickiness.
 *
 * @param blocks stretches of time in order
 * @param perHost invocations of each host
 */
export function hopRates(blocks: readonly HopBlock[], perHost: Iterable<number>): HopRates {
  const pairs = blocks.reduce((sum, block) => sum + block.pairs, 0);
  const hops = blocks.reduce((sum, block) => sum + block.hops, 0);
  const joined = join(blocks, Math.max(LEAST_PAIRS, Math.ceil(pairs / MOST_BLOCKS)));
  const { value, low, high, n } = clusterProportion(
    joined.map((block) => block.hops),
    joined.map((block) => block.pairs),
    // Of one stretch nothing tells how alike its hops are: as many as stay together are taken for one.
    { assumedDesignEffect: hops > 0 ? Math.max(1, pairs / hops) : pairs },
  );
  const independent = labelChanges(perHost, pairs, hops);
  return {
    rate: { ...(value !== undefined && { value }), low, high, n },
    ...(independent && { independent }),
  };
}

/** Joins neighbours until each block has so many pairs; the last one takes what is left. */
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
