/** Start of a picture: the range’s start, or, if there is a long gap at the start, a little before the first data. */
export function domainOf(fromMs: number, toMs: number, firstMs: number | undefined): [number, number] {
  if (firstMs === undefined || firstMs - fromMs < 0.4 * (toMs - fromMs)) return [fromMs, toMs];
  return [Math.max(fromMs, firstMs - 0.04 * (toMs - firstMs) - 1000), toMs];
}
