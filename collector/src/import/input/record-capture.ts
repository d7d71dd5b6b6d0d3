/** The bytes of one record, which may span chunks. Beyond the bound nothing is kept, and why is. */
export class RecordCapture {
  readonly #maxBytes: number;
  #chunk: Buffer = Buffer.alloc(0);
  /** Where the record begins in this chunk; -1 outside of one. */
  #from = -1;
  #parts: Buffer[] = [];
  #length = 0;
  #refusal: string | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Why the record cannot be had; undefined while it can. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** A chunk begins; a record that is open goes on in it. */
  begin(chunk: Buffer): void {
    this.#chunk = chunk;
    if (this.#from !== -1) this.#from = 0;
  }

  /** The chunk ends. */
  end(): void {
    if (this.#from !== -1) this.#keep(this.#chunk.byteLength);
  }

  start(index: number): void {
    this.drop();
    this.#from = index;
  }

  /** The record is not wanted any more, but its end is still to be found. */
  refuse(why: string): void {
    this.#refusal ??= why;
    this.#parts = [];
  }

  /** Ends the record before `end`. Its bytes are of no meaning when it was refused. */
  take(end: number): Buffer {
    this.#keep(end);
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.drop();
    return bytes;
  }

  drop(): void {
    this.#parts = [];
    this.#length = 0;
    this.#from = -1;
    this.#refusal = undefined;
  }

  #keep(end: number): void {
    this.#length += end - this.#from;
    if (this.#length > this.#maxBytes) this.refuse(`it is longer than ${this.#maxBytes} bytes`);
    if (this.#refusal === undefined) this.#parts.push(this.#chunk.subarray(this.#from, end));
  }
}
