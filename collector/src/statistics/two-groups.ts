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

/** The best split of many values of one normal group removes a share 2/π ≈ 0.64 of the variance; of few, far more. */
const LEAST_SEPARATION = 0.8;
/**
 * How fast the required separation falls with the number of values: fitted so that one group is split in at most about
 * 1 % of cases from 6 values on (with a gap 3 %), whether normal, exponential or with the long tail of latencies.
 */
const FEW_VALUES = 440;
/** A single slow call, such as the first one of a client, is not a group. */
const LEAST_GROUP = 2;
const LEAST_VALUES = 6;
/** From this many values on, an empty half of the range on a logarithmic scale shows two groups as well. */
const GAP_VALUES = 16;
const WIDE_GAP = 0.5;

/** Separation from which `n` values are two groups. */
function leastSeparation(n: number): number {
  return 1 - (1 - LEAST_SEPARATION) / (1 + FEW_VALUES / (n * n));
}

/**
 * Splits positive values into two groups where the split removes most of the variance of their logarithms (Otsu's
 * criterion on the sorted values). Used to tell cold from warm by latency when there is no better information.
 *
 * @returns undefined for fewer than six values, or if they are more like one group, or if one of the groups would be a
 *   single value. Many values of one normal group have a separation of 0.64, uniform values 0.75
 * @see Otsu, IEEE Transactions on Systems, Man and Cybernetics 9 (1979)
 */
export function twoGroups(values: ArrayLike<number>): TwoGroups | undefined {
  const logs = Float64Array.from(values, Math.log).sort(ascending);
  const n = logs.length;
  if (n < LEAST_VALUES || !Number.isFinite(logs[0])) return undefined;
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
  if (separation < LEAST_SEPARATION || Math.min(best.low, n - best.low) < LEAST_GROUP) return undefined;
  const gap = (logs[best.low]! - logs[best.low - 1]!) / (logs[n - 1]! - logs[0]!);
  if (separation < leastSeparation(n) && !(n >= GAP_VALUES && gap >= WIDE_GAP)) return undefined;
  const threshold = Math.exp((logs[best.low - 1]! + logs[best.low]!) / 2);
  return { threshold, separation, low: best.low, high: n - best.low };
}
