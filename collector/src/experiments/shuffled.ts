import { shuffle } from '../statistics/index.ts';
import type { Random } from '../statistics/index.ts';

/** The items in a random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = Uint32Array.from(items, (_, index) => index);
  shuffle(order, random);
  return Array.from(order, (index) => items[index]!);
}
