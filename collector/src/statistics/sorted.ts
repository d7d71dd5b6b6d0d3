/** Order for `sort`: smallest first. */
export const ascending = (a: number, b: number): number => a - b;

/** Value at a quantile of an ascending list, nearest rank; undefined for an empty one. */
export function quantile(ascending: ArrayLike<number>, q: number): number | undefined {
  return ascending[Math.min(ascending.length - 1, Math.max(0, Math.ceil(q * ascending.length) - 1))];
}

/** Number of entries in an ascending list that are at most the value. */
export function countAtMost(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of entries in an ascending list that are below the value. */
export function countBelow(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
