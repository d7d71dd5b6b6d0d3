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

/** {@link countAtMost}, known to be at least `from`; fast if it is little more. */
export function countAtMostFrom(ascending: Float64Array, value: number, from: number): number {
  let low = from;
  let step = 1;
  while (low + step <= ascending.length && ascending[low + step - 1]! <= value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(ascending.length, low + step);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** {@link countBelow}, known to be at least `from`; fast if it is little more. */
export function countBelowFrom(ascending: Float64Array, value: number, from: number): number {
  let low = from;
  let step = 1;
  while (low + step <= ascending.length && ascending[low + step - 1]! < value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(ascending.length, low + step);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
