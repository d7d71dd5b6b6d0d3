/** Reads the output of a `ByteWriter`. */
export class ByteReader {
  readonly bytes: Buffer;
  at = 0;

  constructor({ buffer, byteOffset, byteLength }: Uint8Array) {
    this.bytes = Buffer.from(buffer, byteOffset, byteLength);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      if (this.at >= this.bytes.length) throw new RangeError('the bytes end early');
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** Advances by this many bytes. @returns their start */
  take(byteLength: number): number {
    const start = this.at;
    this.at += byteLength;
    if (this.at > this.bytes.length) throw new RangeError('the bytes end early');
    return start;
  }
}
