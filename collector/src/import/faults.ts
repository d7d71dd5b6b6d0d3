/** What could not be read, by its place. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** As many are shown; all are counted. */
const SHOWN = 10;

/** Counts what is left out of an import because it is broken. What was in it is never kept: it may be anything. */
export class Faults {
  readonly #first: Fault[] = [];
  #count = 0;

  add(file: string, line: number, reason: string): void {
    this.#count++;
    if (this.#first.length < SHOWN) this.#first.push({ file, line, reason });
  }

  get count(): number {
    return this.#count;
  }

  /** The first few. */
  get first(): readonly Fault[] {
    return this.#first;
  }
}
