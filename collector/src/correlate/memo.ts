/** Answers by name, each made once: also those who ask while it is being made get the one. A failed one is made again. */
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
