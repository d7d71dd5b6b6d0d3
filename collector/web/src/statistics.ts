/** Wilson’s 95 % interval of a share. */
export function wilson(hits: number, n: number): readonly [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.96;
  const middle = (hits + (z * z) / 2) / (n + z * z);
  const half = (z * Math.sqrt((hits * (n - hits)) / n + (z * z) / 4)) / (n + z * z);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The quantile of the values; undefined if there are none. */
export function quantile(values: readonly number[], at: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))];
}

export const median = (values: readonly number[]): number | undefined => quantile(values, 0.5);

/** The number of overlapping spans of time, over time, and its maximum. */
export function overlap(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): {
  readonly steps: readonly { readonly atMs: number; readonly n: number }[];
  readonly most: number;
  readonly mostAtMs: number;
} {
  const changes = spans
    .flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, by: 1 },
      { atMs: Math.max(fromMs, toMs), by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || b.by - a.by);
  const steps: { atMs: number; n: number }[] = [];
  let [n, most, mostAtMs] = [0, 0, 0];
  for (const { atMs, by } of changes) {
    n += by;
    if (n > most) [most, mostAtMs] = [n, atMs];
    const last = steps.at(-1);
    if (last?.atMs === atMs) last.n = n;
    else steps.push({ atMs, n });
  }
  return { steps, most, mostAtMs };
}

/** One colour each for the largest items; all others share the colour `rest`. */
export function colourOf<Colour>(
  amounts: ReadonlyMap<string, number>,
  colours: readonly Colour[],
  rest: Colour,
): (thing: string) => Colour {
  const ranked = [...amounts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const found = new Map(
    ranked.slice(0, colours.length).map(([thing], index) => [thing, colours[index] as Colour]),
  );
  return (thing) => found.get(thing) ?? rest;
}

export function tally(things: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}
