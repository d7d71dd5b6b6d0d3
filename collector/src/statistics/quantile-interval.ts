import { binomialCdf, twoSidedZ } from './distributions.ts';
import { countBelow, quantile } from './sorted.ts';

/** A quantile with its interval from order statistics. */
export interface QuantileInterval {
  /** Nearest rank; absent without values. */
  readonly value?: number;
  /** Absent if n is too small for a bound of this level on this side. */
  readonly low?: number;
  readonly high?: number;
  readonly n: number;
}

export interface QuantileIntervalOptions {
  /** Default 0.95. */
  readonly level?: number;
}

/** Up to this n the ranks come from the exact binomial distribution. */
const EXACT_UP_TO = 2_000;

/**
 * Interval of a quantile from order statistics, without any assumption about the distribution. Exact binomial ranks up
 * to 2,000 values (coverage is at least the level), above that the normal ranks ⌊nq − z√(nq(1−q))⌋ and
 * ⌈nq + z√(nq(1−q))⌉ + 1.
 *
 * Assumes independent values. A median needs at least 6 values at 0.95, a p99 about 370 for its upper bound.
 *
 * @param values ascending
 * @param q 0 to 1
 * @see Le Boudec, Performance Evaluation of Computer and Communication Systems (2010), chapter 2
 */
export function quantileInterval(
  values: ArrayLike<number>,
  q: number,
  options: QuantileIntervalOptions = {},
): QuantileInterval {
  const n = values.length;
  const ranks = quantileRanks(n, q, options);
  return interval(n, quantile(values, q), at(values, ranks.low), at(values, ranks.high));
}

/**
 * {@link quantileInterval} of values with counts, such as the bins of a histogram.
 *
 * @param values ascending and distinct
 * @param counts whole numbers, of each value
 */
export function quantileIntervalOfCounts(
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
  q: number,
  options: QuantileIntervalOptions = {},
): QuantileInterval {
  const upTo = new Float64Array(counts.length);
  let n = 0;
  for (let index = 0; index < counts.length; index += 1) {
    n += counts[index]!;
    upTo[index] = n;
  }
  const valueAt = (rank: number | undefined): number | undefined =>
    rank === undefined ? undefined : values[countBelow(upTo, rank)];
  const { low, high } = quantileRanks(n, q, options);
  const nearest = n === 0 ? undefined : Math.min(n, Math.max(1, Math.ceil(q * n)));
  return interval(n, valueAt(nearest), valueAt(low), valueAt(high));
}

/** Ranks, from 1, of the order statistics that bound a quantile; absent if there is none for this level. */
export function quantileRanks(
  n: number,
  q: number,
  options: QuantileIntervalOptions = {},
): { readonly low?: number; readonly high?: number } {
  const { level = 0.95 } = options;
  if (n === 0) return {};
  const tail = (1 - level) / 2;
  let low: number;
  let high: number;
  if (n <= EXACT_UP_TO) {
    // P(X(low) > quantile) = P(B < low), P(X(high) < quantile) = P(B ≥ high), each at most the tail.
    low = firstAbove(n, (count) => binomialCdf(count, n, q) > tail);
    high = firstAbove(n, (count) => binomialCdf(count, n, q) >= 1 - tail) + 1;
  } else {
    const half = twoSidedZ(level) * Math.sqrt(n * q * (1 - q));
    low = Math.floor(n * q - half);
    high = Math.ceil(n * q + half) + 1;
  }
  return { ...(low >= 1 && { low }), ...(high <= n && { high }) };
}

/** The smallest count from 0 to n for which the monotonic condition is true. */
function firstAbove(n: number, holds: (count: number) => boolean): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function at(values: ArrayLike<number>, rank: number | undefined): number | undefined {
  return rank === undefined ? undefined : values[rank - 1];
}

function interval(
  n: number,
  value: number | undefined,
  low: number | undefined,
  high: number | undefined,
): QuantileInterval {
  return {
    ...(value !== undefined && { value }),
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
    n,
  };
}
