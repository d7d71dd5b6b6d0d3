import { twoSidedT } from './distributions.ts';

/** A mean with Student's interval. */
export interface MeanInterval {
  /** Absent without values. */
  readonly value?: number;
  /** Absent with fewer than two values. */
  readonly low?: number;
  readonly high?: number;
  readonly standardDeviation?: number;
  readonly n: number;
}

/**
 * Mean with the interval of Student's t. Assumes independent values whose mean is nearly normal. For long-tailed
 * latencies that takes hundreds of values, and the median with order statistics is the better choice.
 *
 * @param level of the interval; default 0.95
 */
export function meanInterval(values: ArrayLike<number>, level = 0.95): MeanInterval {
  const n = values.length;
  if (n === 0) return { n };
  let sum = 0;
  for (let index = 0; index < n; index += 1) sum += values[index]!;
  const value = sum / n;
  if (n === 1) return { value, n };
  let squares = 0;
  for (let index = 0; index < n; index += 1) squares += (values[index]! - value) ** 2;
  const standardDeviation = Math.sqrt(squares / (n - 1));
  const half = (twoSidedT(level, n - 1) * standardDeviation) / Math.sqrt(n);
  return { value, low: value - half, high: value + half, standardDeviation, n };
}

/**
 * Difference of two means, first minus second, with Welch's interval: the variances may differ.
 *
 * @returns without an interval if one of them has fewer than two values
 * @see Welch, Biometrika 34 (1947), with the degrees of freedom of Satterthwaite
 */
export function meanDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  level = 0.95,
): MeanInterval {
  return contrast([first, second], [1, -1], level);
}

/**
 * Weighted sum of the means of independent groups, for example a main effect or an interaction of a factorial design,
 * with Welch's interval.
 *
 * @param weights one per group
 */
export function contrast(
  groups: readonly ArrayLike<number>[],
  weights: readonly number[],
  level = 0.95,
): MeanInterval {
  const means = groups.map((group) => meanInterval(group, level));
  const n = means.reduce((sum, mean) => sum + mean.n, 0);
  if (means.some(({ value }) => value === undefined)) return { n };
  const value = means.reduce((sum, mean, index) => sum + weights[index]! * mean.value!, 0);
  if (means.some(({ standardDeviation }) => standardDeviation === undefined)) return { value, n };
  const parts = means.map((mean, index) => (weights[index]! * mean.standardDeviation!) ** 2 / mean.n);
  const variance = parts.reduce((sum, part) => sum + part, 0);
  if (variance === 0) return { value, low: value, high: value, n };
  const freedom =
    variance ** 2 / parts.reduce((sum, part, index) => sum + part ** 2 / (means[index]!.n - 1), 0);
  const half = twoSidedT(level, freedom) * Math.sqrt(variance);
  return { value, low: value - half, high: value + half, n };
}
