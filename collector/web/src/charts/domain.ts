/** Where a picture begins: at the range’s start, or a little before the first thing in it when nothing came for long. */
export function domainOf(fromMs: number, toMs: number, firstMs: number | undefined): [number, number] {
  if (firstMs === undefined || firstMs - fromMs < 0.4 * (toMs - fromMs)) return [fromMs, toMs];
  return [Math.max(fromMs, firstMs - 0.04 * (toMs - firstMs) - 1000), toMs];
}
