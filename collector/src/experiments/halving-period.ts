import type { EvictionSummary } from '@sandscope/probes/outside';
import type { Batch } from './batch.ts';

/** A wait of more periods than this leaves no sandbox. */
const MAX_PERIODS = 12;

interface PeriodRange {
  readonly lowMs: number;
  readonly highMs: number;
  readonly middle: number;
}

/**
 * All periods that batches can distinguish. The number of periods in a wait changes only if the period is the wait
 * divided by a whole number, so between two such values every period explains them equally well.
 */
export function periodsOf(batches: readonly Batch[]): PeriodRange[] {
  const edges = new Set<number>();
  for (const { idleMs } of batches)
    for (let periods = 1; periods <= MAX_PERIODS; periods += 1) edges.add(idleMs / periods);
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted
    .slice(1)
    .map((highMs, index) => ({ lowMs: sorted[index]!, highMs, middle: (sorted[index]! + highMs) / 2 }));
}

/**
 * The halving period with survivors rounded up: the range that explains the batches equally well, with its R².
 *
 * @returns undefined if nothing was lost
 */
export function halvingPeriod(batches: readonly Batch[]): EvictionSummary['period'] | undefined {
  const mean = batches.reduce((sum, { warm }) => sum + warm, 0) / batches.length;
  const total = batches.reduce((sum, { warm }) => sum + (warm - mean) ** 2, 0);
  if (!(total > 0) || batches.every(({ warm, initial }) => warm === initial)) return undefined;
  let best: { lowMs: number; highMs: number; rSquared: number } | undefined;
  for (const { lowMs, highMs, middle } of periodsOf(batches)) {
    let residual = 0;
    for (const { initial, idleMs, warm } of batches)
      residual += (warm - Math.ceil(initial / 2 ** Math.floor(idleMs / middle))) ** 2;
    const rSquared = 1 - residual / total;
    if (best === undefined || rSquared > best.rSquared + 1e-9) best = { lowMs, highMs, rSquared };
    else if (Math.abs(rSquared - best.rSquared) <= 1e-9 && best.highMs === lowMs) best = { ...best, highMs };
  }
  return best;
}
