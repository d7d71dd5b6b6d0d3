/** Maximum number of functions with their own series; all others share one. */
export const MAX_FUNCTIONS = 100;

/**
 * Labels of a series: its function, or a mark for all others. It is a separate label because a function may have any
 * name.
 */
export type Owner = { readonly function: string } | { readonly other: 'true' };

export const OTHER: Owner = { other: 'true' };

/**
 * Decides which functions get their own series: the first ones, for the life of this object, so that no counter changes
 * its series.
 */
export class Names {
  readonly #own = new Set<string>();

  /** @param names the most important first */
  admit(names: Iterable<string>): void {
    for (const name of names) {
      if (this.#own.size >= MAX_FUNCTIONS) return;
      this.#own.add(name);
    }
  }

  owns(name: string): boolean {
    return this.#own.has(name);
  }

  /** The entries by the function of their series; those that share one are merged. */
  share<T>(entries: ReadonlyMap<string, T>, together: (a: T | undefined, b: T) => T): [Owner, T][] {
    const shared: [Owner, T][] = [];
    let others: T | undefined;
    for (const [name, entry] of entries) {
      if (this.owns(name)) shared.push([{ function: name }, entry]);
      else others = together(others, entry);
    }
    return others === undefined ? shared : [...shared, [OTHER, others]];
  }
}
