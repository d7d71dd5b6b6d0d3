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

/** At most this many of a list, evenly spaced. */
export function thinned<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const every = list.length / most;
  return Array.from({ length: most }, (_, index) => list[Math.floor(index * every)] as T);
}

/** Groups a list by a key, in the order of first appearance. */
export function grouped<T, Key>(list: readonly T[], keyOf: (thing: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const thing of list) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}
