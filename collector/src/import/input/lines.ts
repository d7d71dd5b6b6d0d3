/** A line without its end; `bytes` is undefined when it was longer than allowed. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Splits chunks into lines. A line beyond the limit is skipped to its end and uses no memory. */
export class LineSplitter {
  readonly #maxBytes: number;
  #number = 1;
  #parts: Buffer[] = [];
  #length = 0;
  #isTooLong = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from);
      this.#keep(chunk.subarray(from, end === -1 ? chunk.byteLength : end));
      if (end === -1) return;
      yield this.#take();
      from = end + 1;
    }
  }

  /** Yields the last line if it has no line end. */
  *end(): Generator<Line> {
    if (this.#length > 0 || this.#isTooLong) yield this.#take();
  }

  #keep(part: Buffer): void {
    if (this.#isTooLong || part.byteLength === 0) return;
    this.#length += part.byteLength;
    if (this.#length <= this.#maxBytes) this.#parts.push(part);
    else {
      this.#isTooLong = true;
      this.#parts = [];
    }
  }

  #take(): Line {
    const number = this.#number++;
    const [only = Buffer.alloc(0)] = this.#parts;
    let bytes = this.#parts.length > 1 ? Buffer.concat(this.#parts) : only;
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1);
    const line = { number, bytes: this.#isTooLong ? undefined : bytes };
    this.#parts = [];
    this.#length = 0;
    this.#isTooLong = false;
    return line;
  }
}
