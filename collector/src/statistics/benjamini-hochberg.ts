/**
 * Adjusted p-values that control the false discovery rate over many tests: of the discoveries with a value of at most
 * q, a share q is expected to be false.
 *
 * Assumes independent or positively dependent tests.
 *
 * @param pValues 0 to 1; of tests that were performed (leave out others)
 * @returns in the same order, 0 to 1
 * @see Benjamini and Hochberg, JRSS B 57 (1995); Yekutieli and Benjamini, J. Statistical Planning and Inference 82
 *   (1999)
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const n = pValues.length;
  const order = Uint32Array.from({ length: n }, (_, index) => index).sort(
    (a, b) => pValues[a]! - pValues[b]! || a - b,
  );
  const adjusted = new Float64Array(n);
  let least = 1;
  for (let rank = n; rank > 0; rank -= 1) {
    const index = order[rank - 1]!;
    least = Math.min(least, pValues[index]! * (n / rank));
    adjusted[index] = least;
  }
  return adjusted;
}
