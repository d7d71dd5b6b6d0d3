/** A growing list of numbers, for millions of them: an ordinary array costs several times the memory and the time. */
export class NumberList {
  #values = new Float64Array(64);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(2 * this.#count);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  /** @throws {RangeError} before the first */
  last(): number {
    if (this.#count === 0) throw new RangeError('no last number of none');
    return this.#values[this.#count - 1]!;
  }

  setLast(value: number): void {
    this.#values[this.#count - 1] = value;
  }

  /** The numbers so far; not a copy. */
  done(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }
}
