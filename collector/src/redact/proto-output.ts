/** The output: unchanged ranges, which are copied as late and in as large pieces as possible, and new bytes. */
export class ProtoOutput {
  readonly #source: Uint8Array;
  #bytes: Uint8Array<ArrayBuffer>;
  #writtenBytes = 0;
  /** The pending range of the source, after the bytes already written. */
  #keptStart = 0;
  #keptEnd = 0;

  constructor(source: Uint8Array) {
    this.#source = source;
    this.#bytes = new Uint8Array(source.length);
  }

  get byteLength(): number {
    return this.#writtenBytes + this.#keptEnd - this.#keptStart;
  }

  /** Appends bytes `start` to `end` of the source. */
  keep(start: number, end: number): void {
    if (start !== this.#keptEnd) {
      this.#flush();
      this.#keptStart = start;
    }
    this.#keptEnd = end;
  }

  /** Appends other bytes. */
  add(bytes: Uint8Array): void {
    this.#flush();
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#writtenBytes);
    this.#writtenBytes += bytes.length;
  }

  /**
   * Corrects the length prefix of a message that begins at byte `start` of the result and ends here, if it has changed.
   * So far it is `length` in `lengthBytes` bytes.
   */
  setLength(start: number, lengthBytes: number, length: number): void {
    let rest = this.byteLength - start;
    if (rest === length) return;
    this.#flush();
    const digits: number[] = [];
    for (; rest > 0x7f; rest >>>= 7) digits.push((rest & 0x7f) | 0x80);
    digits.push(rest);
    const growth = digits.length - lengthBytes;
    if (growth !== 0) {
      this.#reserve(Math.max(growth, 0));
      this.#bytes.copyWithin(start + growth, start, this.#writtenBytes);
      this.#writtenBytes += growth;
    }
    this.#bytes.set(digits, start - lengthBytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#flush();
    return this.#bytes.slice(0, this.#writtenBytes);
  }

  #flush(): void {
    const byteLength = this.#keptEnd - this.#keptStart;
    if (byteLength > 0) {
      this.#reserve(byteLength);
      this.#bytes.set(this.#source.subarray(this.#keptStart, this.#keptEnd), this.#writtenBytes);
      this.#writtenBytes += byteLength;
    }
    this.#keptStart = this.#keptEnd;
  }

  #reserve(byteLength: number): void {
    const needed = this.#writtenBytes + byteLength;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, Math.ceil(this.#bytes.length * 1.5)));
    larger.set(this.#bytes.subarray(0, this.#writtenBytes));
    this.#bytes = larger;
  }
}
