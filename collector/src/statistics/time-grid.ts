/**
 * Edges at 0, first, first · ratio, … up to at least last.
 *
 * @param first above 0
 * @param ratio of neighbours, above 1; 1.04 is accurate to within 4 % of an idle time
 */
export function geometricEdges(first: number, last: number, ratio: number): Float64Array {
  if (!(first > 0 && ratio > 1)) throw new RangeError(`no geometric edges from ${first} by ${ratio}`);
  const steps = Math.max(0, Math.ceil(Math.log(last / first) / Math.log(ratio) - 1e-9));
  return Float64Array.from({ length: steps + 2 }, (_, index) =>
    index === 0 ? 0 : first * ratio ** (index - 1),
  );
}

/** Ascending, without duplicates, starting with 0. */
export function asEdges(times: Float64Array): Float64Array {
  const sorted = Float64Array.from(times).sort();
  const edges = new Float64Array(sorted.length + 1);
  let count = 1;
  for (const time of sorted) {
    if (time > edges[count - 1]!) {
      edges[count] = time;
      count += 1;
    }
  }
  return edges.slice(0, count);
}

const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);
const words = new Uint32Array(double.buffer);
/** Which of a double's words has its sign, exponent and first digits. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
/** Digits of the high word that do not count for a bucket: 64 buckets per octave are left. */
const DROPPED = 14;

function bucketOf(time: number): number {
  double[0] = time;
  return words[HIGH]! >>> DROPPED;
}

/**
 * Finds the last edge at or below a time, for many times: about 15 ns each; a binary search over a thousand edges
 * takes five times as long. The first digits of a double are its bucket, so that no logarithm is needed.
 *
 * @param edges ascending, the first is 0
 * @returns index of the edge
 */
export function edgeFinder(edges: Float64Array): (time: number) => number {
  const first = edges[1] ?? Infinity;
  const last = edges[edges.length - 1]!;
  if (!(first < last)) return (time) => (time >= last ? edges.length - 1 : 0);
  const origin = bucketOf(first);
  const table = new Uint32Array(bucketOf(last) - origin + 1);
  let edge = 1;
  for (let bucket = 0; bucket < table.length; bucket += 1) {
    while (edge + 1 < edges.length && bucketOf(edges[edge + 1]!) < bucket + origin) edge += 1;
    table[bucket] = edge;
  }
  return (time) => {
    if (!(time >= first)) return 0;
    if (time >= last) return edges.length - 1;
    let index = table[bucketOf(time) - origin]!;
    while (edges[index + 1]! <= time) index += 1;
    return index;
  };
}

/** The largest double below a positive one. */
export function nextDown(value: number): number {
  double[0] = value;
  bits[0] = bits[0]! - 1n;
  return double[0];
}
