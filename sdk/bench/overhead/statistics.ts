/** A figure with its uncertainty. */
export interface Estimate {
  readonly value: number;
  /** 95 % interval by order statistics; absent if there are too few samples for one. */
  readonly low?: number;
  readonly high?: number;
  readonly n: number;
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/**
 * Quantile by linear interpolation between the closest ranks.
 *
 * @param p 0 to 1
 * @throws {RangeError} without a value
 */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError('a quantile of no values');
  const sorted = ascending(values);
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * A quantile with the interval between two order statistics that covers the true one with at least 95 %, whatever the
 * distribution; this needs six values for the median, 368 for a p99.
 */
export function estimate(values: readonly number[], p = 0.5): Estimate {
  const n = values.length;
  const sorted = ascending(values);
  const value = quantile(values, p);
  // The number of values below the true quantile is binomial: cut off at most 2.5 % at either end.
  let cumulated = 0;
  let lowRank = 0;
  let highRank = 0;
  for (let k = 0; k <= n && highRank === 0; k += 1) {
    cumulated += binomial(n, k, p);
    if (cumulated <= 0.025) lowRank = k + 1;
    if (cumulated >= 0.975) highRank = k + 1;
  }
  const low = sorted[lowRank - 1];
  const high = sorted[highRank - 1];
  return low === undefined || high === undefined ? { value, n } : { value, low, high, n };
}

function binomial(n: number, k: number, p: number): number {
  let logChoose = 0;
  for (let i = 1; i <= k; i += 1) logChoose += Math.log((n - k + i) / i);
  return Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** The median of `values[i] − baseline[i]`, pair by pair: effects of the round that both share cancel out. */
export function estimateAdded(values: readonly number[], baseline: readonly number[]): Estimate {
  return estimate(values.map((value, i) => value - baseline[i]!));
}

/** An estimate shifted by a constant. */
export function shifted(from: Estimate, by: number): Estimate {
  const { value, low, high, n } = from;
  return {
    value: value + by,
    n,
    ...(low !== undefined && high !== undefined && { low: low + by, high: high + by }),
  };
}
