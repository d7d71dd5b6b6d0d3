import { ascending } from './sorted.ts';

/** Values split into a low and a high group. */
export interface TwoGroups {
  /** Values above it are in the high group; the midpoint between the two groups. */
  readonly threshold: number;
  /** Share of the variance (of logarithms) between the groups, 0 to 1. */
  readonly separation: number;
  readonly low: number;
  readonly high: number;
}

/** The best split of one normal group removes a share 2/π ≈ 0.64 of the variance; this is well above it. */
const LEAST_SEPARATION = 0.8;

/**
 * Splits positive values into two groups where the split removes most of the variance of their logarithms (Otsu's
 * criterion on the sorted values). Used to tell cold from warm by latency when there is no better information.
 *
 * @returns undefined for fewer than four values, or if they are more like one group: one normal group has a separation
 *   of 0.64, uniform values 0.75
 * @see Otsu, IEEE Transactions on Systems, Man and Cybernetics 9 (1979)
 */
export function twoGroups(values: ArrayLike<number>): TwoGroups | undefined {
  const logs = Float64Array.from(values, Math.log).sort(ascending);
  const n = logs.length;
  if (n < 4 || !Number.isFinite(logs[0])) return undefined;
  let total = 0;
  for (const log of logs) total += log;
  const mean = total / n;
  let variance = 0;
  for (const log of logs) variance += (log - mean) ** 2;
  if (!(variance > 0)) return undefined;
  let best = { between: 0, low: 0 };
  let sum = 0;
  for (let low = 1; low < n; low += 1) {
    sum += logs[low - 1]!;
    // (between-group sum of squares) = n₁n₂/n · (difference of means)²
    const between = ((low * (n - low)) / n) * (sum / low - (total - sum) / (n - low)) ** 2;
    if (between > best.between) best = { between, low };
  }
  const separation = best.between / variance;
  if (separation < LEAST_SEPARATION) return undefined;
  const threshold = Math.exp((logs[best.low - 1]! + logs[best.low]!) / 2);
  return { threshold, separation, low: best.low, high: n - best.low };
}
