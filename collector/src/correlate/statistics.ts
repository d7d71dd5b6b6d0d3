/** A share with its 95 % interval. */
export interface Proportion {
  /** Absent when n is 0. */
  readonly value?: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const Z95 = 1.959964;

/** Wilson score interval of hits out of n, which stays inside [0, 1] and is honest for small n. */
export function wilson(hits: number, n: number): Proportion {
  if (n <= 0) return { low: 0, high: 1, n: 0 };
  const p = hits / n;
  const z2 = Z95 * Z95;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return {
    value: p,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === n ? 1 : Math.min(1, centre + half),
    n,
  };
}

/** Value at a quantile of an ascending list, nearest rank; undefined for an empty one. */
export function quantile(ascending: readonly number[], q: number): number | undefined {
  return ascending[Math.min(ascending.length - 1, Math.max(0, Math.ceil(q * ascending.length) - 1))];
}

/** How many of an ascending list are at most the value. */
export function countAtMost(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const ascending = (a: number, b: number): number => a - b;
