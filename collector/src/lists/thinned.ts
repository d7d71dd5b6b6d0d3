/** At most this many of a list, evenly spaced. */
export function thinned<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const every = list.length / most;
  return Array.from({ length: most }, (_, index) => list[Math.floor(index * every)] as T);
}
