/** The bytes of one record, which may span chunks. Beyond the limit it keeps nothing but the reason. */
export class RecordCapture {
  readonly #maxBytes: number;
  #chunk: Buffer = Buffer.alloc(0);
  /** Start of the record in this chunk; -1 outside a record. */
  #from = -1;
  #parts: Buffer[] = [];
  #length = 0;
  #refusal: string | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Why the record is unavailable; undefined if it is available. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Begins a chunk; an open record continues in it. */
  begin(chunk: Buffer): void {
    this.#chunk = chunk;
    if (this.#from !== -1) this.#from = 0;
  }

  /** Ends the chunk. */
  end(): void {
    if (this.#from !== -1) this.#keep(this.#chunk.byteLength);
  }

  start(index: number): void {
    this.drop();
    this.#from = index;
  }

  /** Discards the record, while its end is still to be found. */
  refuse(why: string): void {
    this.#refusal ??= why;
    this.#parts = [];
  }

  /** Ends the record before `end`. Its bytes are meaningless if it was refused. */
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
