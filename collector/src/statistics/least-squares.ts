import { twoSidedT } from './distributions.ts';

/** A coefficient of a line with its interval. */
export interface LineEstimate {
  readonly value?: number;
  /** Absent with fewer than three points. */
  readonly low?: number;
  readonly high?: number;
  readonly n: number;
}

/** A straight line through points. */
export interface LeastSquares {
  readonly intercept: LineEstimate;
  readonly slope: LineEstimate;
  /** 1 − (residual variance)/(variance of y); absent if y is constant or there are fewer than three points. */
  readonly adjustedRSquared?: number;
  readonly n: number;
}

/**
 * Ordinary least squares of y = intercept + slope · x with intervals of Student's t. Assumes residuals of equal
 * variance about the line; for long-tailed latencies, a line through group medians is more informative.
 *
 * @param level of the intervals; default 0.95
 * @returns without estimates if x is constant
 */
export function leastSquares(x: ArrayLike<number>, y: ArrayLike<number>, level = 0.95): LeastSquares {
  const n = x.length;
  const none = { intercept: { n }, slope: { n }, n };
  if (n < 2) return none;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let index = 0; index < n; index += 1) {
    xx += (x[index]! - meanX) ** 2;
    xy += (x[index]! - meanX) * (y[index]! - meanY);
    yy += (y[index]! - meanY) ** 2;
  }
  if (!(xx > 0)) return none;
  const slope = xy / xx;
  const intercept = meanY - slope * meanX;
  if (n < 3) return { intercept: { value: intercept, n }, slope: { value: slope, n }, n };
  let residuals = 0;
  for (let index = 0; index < n; index += 1) residuals += (y[index]! - intercept - slope * x[index]!) ** 2;
  const variance = residuals / (n - 2);
  const t = twoSidedT(level, n - 2);
  const around = (value: number, error: number): LineEstimate => ({
    value,
    low: value - t * error,
    high: value + t * error,
    n,
  });
  return {
    intercept: around(intercept, Math.sqrt(variance * (1 / n + meanX ** 2 / xx))),
    slope: around(slope, Math.sqrt(variance / xx)),
    ...(yy > 0 && { adjustedRSquared: 1 - variance / (yy / (n - 1)) }),
    n,
  };
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index]!;
  return sum / values.length;
}
