/** Unreadable data, by position. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** At most this many are shown; all are counted. */
const SHOWN = 10;

/** Counts broken records that an import leaves out. Their content is never kept, because it could be anything. */
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
