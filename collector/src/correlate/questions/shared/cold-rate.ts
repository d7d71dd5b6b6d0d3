import { clusterProportion, wilson } from '../../../statistics/index.ts';
import type { Block } from './blocks.ts';
import { widened } from './blocks.ts';

/** Share of cold calls, with an interval in which stretches of time are independent, not calls. */
export interface ColdRate {
  readonly value?: number;
  readonly low: number;
  readonly high: number;
  /** Calls that reported whether they were cold. */
  readonly n: number;
  /** Stretches of time with such calls. */
  readonly blocks: number;
}

const LEAST_BLOCK_MS = 15 * 60_000;
/** With fewer stretches, how they differ says too little. */
export const LEAST_BLOCKS = 10;

/**
 * Uses stretches of time at least twice the keep-alive time, so that one idle period is not counted twice. With few of
 * them the cold starts of the fullest one count as one: it shows how many calls are correlated.
 *
 * @param blockMs width of the blocks
 */
export function coldRateOf(
  blocks: readonly Block[],
  { blockMs, fromMs, keepAliveMs = 0 }: { blockMs: number; fromMs: number; keepAliveMs?: number | undefined },
): ColdRate {
  const leastMs = Math.max(LEAST_BLOCK_MS, 2 * keepAliveMs);
  const wide = widened(blocks, fromMs, Math.max(blockMs, Math.ceil(leastMs / blockMs) * blockMs));
  const used = wide.length >= LEAST_BLOCKS ? wide : blocks;
  const hits = used.map(({ cold }) => cold);
  const trials = used.map(({ cold, warm }) => cold + warm);
  const { value, low, high, n, clusters } = clusterProportion(hits, trials);
  if (n === 0 || clusters >= LEAST_BLOCKS)
    return { ...(value !== undefined && { value }), low, high, n, blocks: clusters };
  const burst = Math.max(1, ...hits);
  const few = wilson(hits.reduce((sum, cold) => sum + cold, 0) / burst, n / burst);
  return { ...few, n, blocks: clusters };
}
