/** Functions that have series of their own; all others share one. */
export const MAX_FUNCTIONS = 100;

/** Labels of a series: its function, or that it is of all the others. A function may have any name, so that is another label. */
export type Owner = { readonly function: string } | { readonly other: 'true' };

export const OTHER: Owner = { other: 'true' };

/** Which functions have series of their own: the first ones, for as long as this is there, so that no counter moves. */
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

  /** The entries by who their series are of; those that share one are put together. */
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
