/**
 * Weighted least-squares fit that is non-decreasing (or non-increasing), by pooling adjacent violators in one pass:
 * O(n). For counts it is also the maximum-likelihood fit of shares, so with y = warm share at each idle time and weight
 * = probes it gives the survival of current-status data.
 *
 * Average values at the same x beforehand.
 *
 * @param y ordered by x
 * @param weights at least 0; default 1 each. A value of weight 0 takes the level of its neighbours
 * @see Barlow, Bartholomew, Bremner and Brunk, Statistical Inference under Order Restrictions (1972), chapter 1
 */
export function isotonic(
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
  direction: 'increasing' | 'decreasing' = 'increasing',
): Float64Array {
  const n = y.length;
  const sign = direction === 'increasing' ? 1 : -1;
  // Blocks so far: mean, weight, and the index after their last value.
  const mean = new Float64Array(n);
  const weight = new Float64Array(n);
  const end = new Uint32Array(n);
  let blocks = 0;
  for (let index = 0; index < n; index += 1) {
    let own = sign * y[index]!;
    let ownWeight = weights ? weights[index]! : 1;
    while (blocks > 0 && (mean[blocks - 1]! >= own || ownWeight === 0 || weight[blocks - 1] === 0)) {
      blocks -= 1;
      const total = weight[blocks]! + ownWeight;
      if (total > 0) own = (mean[blocks]! * weight[blocks]! + own * ownWeight) / total;
      ownWeight = total;
    }
    mean[blocks] = own;
    weight[blocks] = ownWeight;
    end[blocks] = index + 1;
    blocks += 1;
  }
  const fit = new Float64Array(n);
  let from = 0;
  for (let block = 0; block < blocks; block += 1) {
    fit.fill(sign * mean[block]!, from, end[block]);
    from = end[block]!;
  }
  return fit;
}
