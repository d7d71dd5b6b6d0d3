import { SERIES_TOKENS } from './tokens.ts';
import type { Token } from './tokens.ts';

/** The six most frequent items have their own colour; all others share one. */
export function colourOf(
  amounts: ReadonlyMap<string, number>,
  tokens: readonly Token[] = SERIES_TOKENS,
): (thing: string) => Token {
  const ranked = [...amounts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const colours = new Map(
    ranked.slice(0, tokens.length).map(([thing], index) => [thing, tokens[index] as Token]),
  );
  return (thing) => colours.get(thing) ?? 'c0';
}

/** Frequency of each item. */
export function tally(things: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}
