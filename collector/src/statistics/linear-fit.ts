import { twoSidedT } from './distributions.ts';

/** A coefficient with its 95 % interval. */
export interface Coefficient {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** y = intercept + slope · x. */
export interface LinearFit {
  readonly intercept: Coefficient;
  readonly slope: Coefficient;
  /** Adjusted share of explained variance; may be below 0. */
  readonly adjustedR2: number;
  readonly n: number;
}

/**
 * Least squares through points, with intervals that are valid if the variance of y changes with x (HC3).
 *
 * Assumes independent points.
 *
 * @returns undefined with fewer than four points, or if x is constant
 * @see MacKinnon and White, Journal of Econometrics 29 (1985)
 */
export function linearFit(x: ArrayLike<number>, y: ArrayLike<number>): LinearFit | undefined {
  const n = x.length;
  if (n < 4) return undefined;
  let meanX = 0;
  let meanY = 0;
  for (let at = 0; at < n; at += 1) {
    meanX += x[at]! / n;
    meanY += y[at]! / n;
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let at = 0; at < n; at += 1) {
    xx += (x[at]! - meanX) ** 2;
    xy += (x[at]! - meanX) * (y[at]! - meanY);
    yy += (y[at]! - meanY) ** 2;
  }
  if (xx === 0) return undefined;
  const slope = xy / xx;
  const intercept = meanY - slope * meanX;
  let residuals = 0;
  let slopeVariance = 0;
  let interceptVariance = 0;
  for (let at = 0; at < n; at += 1) {
    const distance = x[at]! - meanX;
    const residual = y[at]! - intercept - slope * x[at]!;
    residuals += residual * residual;
    const leverage = 1 / n + (distance * distance) / xx;
    const weighted = (residual / Math.max(1e-9, 1 - leverage)) ** 2;
    slopeVariance += (distance / xx) ** 2 * weighted;
    interceptVariance += (1 / n - (meanX * distance) / xx) ** 2 * weighted;
  }
  const t = twoSidedT(0.95, n - 2);
  const around = (value: number, variance: number): Coefficient => ({
    value,
    low: value - t * Math.sqrt(variance),
    high: value + t * Math.sqrt(variance),
  });
  return {
    intercept: around(intercept, interceptVariance),
    slope: around(slope, slopeVariance),
    adjustedR2: yy === 0 ? 0 : 1 - residuals / (n - 2) / (yy / (n - 1)),
    n,
  };
}
