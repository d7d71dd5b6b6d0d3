/**
 * Reads rows in ClickHouse's RowBinary format: for answers with so many numbers that JSON parsing would dominate. The
 * reader reads the columns in their order.
 */
export class RowBinaryReader {
  /** All rows. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** True while there is another row. */
  get hasMore(): boolean {
    return this.#at < this.bytes.length;
  }

  /** `String`, LowCardinality or not. */
  string(): string {
    const length = this.#varint();
    return this.#text.toString('utf8', this.#at, (this.#at += length));
  }

  /** `Float64`. */
  float64(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** `UInt8`. */
  uint8(): number {
    return this.#view.getUint8(this.#at++);
  }

  /** `Array(Float64)`. */
  float64Array(): Float64Array {
    const values = new Float64Array(this.#varint());
    for (let index = 0; index < values.length; index += 1, this.#at += 8) {
      values[index] = this.#view.getFloat64(this.#at, true);
    }
    return values;
  }

  /** `Array(UInt32)`. */
  uint32Array(): Uint32Array {
    const values = new Uint32Array(this.#varint());
    for (let index = 0; index < values.length; index += 1, this.#at += 4) {
      values[index] = this.#view.getUint32(this.#at, true);
    }
    return values;
  }

  /** `Array(UInt8)`. */
  uint8Array(): Uint8Array {
    const length = this.#varint();
    return this.bytes.slice(this.#at, (this.#at += length));
  }

  /** LEB128, the encoding of lengths. */
  #varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#view.getUint8(this.#at++);
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  }
}
