/** Maximum number of buckets: their counts stay in the CPU cache. */
const MOST_BUCKETS = 2 ** 21;
/** Larger buckets are sorted by comparison, the others by insertion. */
const LARGE_BUCKET = 32;
/** Values that insertion moves by no more places than this on average are sorted by insertion alone. */
const NEARLY_SORTED = 2;
/** So many places more, so that a few late ones at the beginning do not count. */
const FIRST_MOVES = 1_000;

/**
 * The indices that sort values in ascending order; equal values keep their order. It uses buckets of equal width: for
 * millions of times it takes about 50 ns per value, a tenth of a comparison sort, and much less for nearly sorted ones.
 * If nearly all values are in a few buckets, it is as slow as a comparison sort.
 *
 * @param values without NaN; Infinity is last
 * @returns indices
 */
export function argsort(values: Float64Array): Uint32Array {
  const { length } = values;
  const order = new Uint32Array(length);
  for (let index = 0; index < length; index += 1) order[index] = index;
  if (insertionSort(order, values, 0, length, NEARLY_SORTED)) return order;
  let least = Infinity;
  let most = -Infinity;
  for (let index = 0; index < length; index += 1) {
    const value = values[index]!;
    if (value < least) least = value;
    if (value > most && value < Infinity) most = value;
  }
  const buckets = Math.min(MOST_BUCKETS, Math.max(1, length));
  const scale = most > least ? (buckets - 1) / (most - least) : 0;
  const bucketOf = (value: number): number =>
    value < most ? Math.floor((value - least) * scale) : buckets - 1;
  const ends = new Uint32Array(buckets + 1);
  for (let index = 0; index < length; index += 1) ends[bucketOf(values[index]!) + 1]! += 1;
  for (let bucket = 0; bucket < buckets; bucket += 1) ends[bucket + 1]! += ends[bucket]!;
  for (let index = 0; index < length; index += 1) {
    const bucket = bucketOf(values[index]!);
    order[ends[bucket]!] = index;
    ends[bucket]! += 1;
  }
  // By now this holds the end of each bucket instead of its start.
  let start = 0;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const end = ends[bucket]!;
    if (end - start > LARGE_BUCKET)
      order.subarray(start, end).sort((a, b) => values[a]! - values[b]! || a - b);
    else insertionSort(order, values, start, end, Infinity);
    start = end;
  }
  return order;
}

/** @returns false if it takes more moves per value; the order is then any */
function insertionSort(
  order: Uint32Array,
  values: Float64Array,
  start: number,
  end: number,
  mostMoves: number,
): boolean {
  let left = FIRST_MOVES;
  for (let at = start + 1; at < end; at += 1) {
    const index = order[at]!;
    const value = values[index]!;
    let to = at;
    for (; to > start && values[order[to - 1]!]! > value; to -= 1) order[to] = order[to - 1]!;
    order[to] = index;
    left += mostMoves - (at - to);
    if (left < 0) return false;
  }
  return true;
}
