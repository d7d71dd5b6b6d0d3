/** Answers by name, each computed once; concurrent callers share one computation. A failed one is computed again. */
export class Memo {
  readonly #answers = new Map<string, Promise<unknown>>();

  remember<T>(name: string, make: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(name);
    if (known) return known as Promise<T>;
    const made = make();
    this.#answers.set(name, made);
    made.catch(() => {
      if (this.#answers.get(name) === made) this.#answers.delete(name);
    });
    return made;
  }
}
