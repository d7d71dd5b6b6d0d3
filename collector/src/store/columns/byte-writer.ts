import { isUtf8 } from 'node:buffer';

const HEX_DIGITS = Buffer.from('0123456789abcdef');
const FIRST_BYTES = 64 * 1024;
const MAX_VARINT_BYTES = 5;
/** Texts up to this many bytes are copied in a loop: a runtime call costs more. */
const LOOP_BYTES = 48;

/**
 * A growing buffer of bytes in ClickHouse's encoding of values: integers little-endian, lengths and counts as LEB128,
 * texts as length and bytes.
 */
export class ByteWriter {
  bytes: Buffer;
  /** Bytes written. */
  length = 0;

  constructor(capacityBytes: number = FIRST_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Makes room for this many more bytes. */
  reserve(byteLength: number): void {
    const needed = this.length + byteLength;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** A copy of the bytes from `start` on. */
  copyFrom(start = 0): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.length - start);
    this.bytes.copy(copy, 0, start, this.length);
    return copy;
  }

  uint8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    const { bytes, length } = this;
    bytes[length] = value;
    bytes[length + 1] = value >>> 8;
    bytes[length + 2] = value >>> 16;
    bytes[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  uint64(value: bigint): void {
    this.reserve(8);
    this.length = this.bytes.writeBigUInt64LE(value, this.length);
  }

  int64(value: bigint): void {
    this.reserve(8);
    this.length = this.bytes.writeBigInt64LE(value, this.length);
  }

  /** A count or a length below 2^31. */
  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** A text; an unpaired surrogate becomes U+FFFD. */
  text(value: string): void {
    const most = value.length * 3;
    if (most <= 0x7f) {
      this.reserve(most + 1);
      const written = this.bytes.write(value, this.length + 1);
      this.bytes[this.length] = written;
      this.length += written + 1;
      return;
    }
    const byteLength = Buffer.byteLength(value);
    this.varint(byteLength);
    this.reserve(byteLength);
    this.length += this.bytes.write(value, this.length);
  }

  /**
   * Writes the UTF-8 of a text behind the current end, with room for its length. This is scratch space; the next write
   * overwrites it. An unpaired surrogate becomes U+FFFD.
   *
   * @returns its end; it begins at {@link scratchStart}
   */
  scratchText(value: string): number {
    this.reserve(MAX_VARINT_BYTES + value.length * 3);
    return this.scratchStart + this.bytes.write(value, this.scratchStart);
  }

  get scratchStart(): number {
    return this.length + MAX_VARINT_BYTES;
  }

  /** A text that is already UTF-8 bytes; invalid UTF-8 in it becomes U+FFFD. */
  utf8Text(source: Buffer, start: number, end: number): void {
    const byteLength = end - start;
    const before = this.length;
    this.varint(byteLength);
    this.reserve(byteLength);
    if (byteLength > LOOP_BYTES) {
      const text = source.subarray(start, end);
      if (isUtf8(text)) {
        this.bytes.set(text, this.length);
        this.length += byteLength;
        return;
      }
    } else {
      const { bytes } = this;
      let at = this.length;
      let seen = 0;
      for (let index = start; index < end; index++) {
        const byte = source[index] as number;
        seen |= byte;
        bytes[at++] = byte;
      }
      if (seen < 0x80 || isUtf8(source.subarray(start, end))) {
        this.length = at;
        return;
      }
    }
    this.length = before;
    this.text(source.toString('utf8', start, end));
  }

  /** A whole number from 0 to 2^53 as decimal text. */
  decimalText(value: number): void {
    if (value > 0x7fff_ffff) {
      this.text(String(value));
      return;
    }
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    this.reserve(digits + 1);
    const { bytes } = this;
    bytes[this.length] = digits;
    let rest = value;
    for (let at = this.length + digits; at > this.length; at--) {
      const next = (rest / 10) | 0;
      bytes[at] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.length += digits + 1;
  }

  /** Lower-case hex of the bytes, as a text. */
  hexText(source: Uint8Array, start: number, end: number): void {
    const digits = (end - start) * 2;
    this.varint(digits);
    this.reserve(digits);
    const { bytes } = this;
    let at = this.length;
    for (let index = start; index < end; index++) {
      const byte = source[index] as number;
      bytes[at++] = HEX_DIGITS[byte >> 4] as number;
      bytes[at++] = HEX_DIGITS[byte & 15] as number;
    }
    this.length = at;
  }

  /** Bytes unchanged. */
  raw(source: Uint8Array, start = 0, end: number = source.length): void {
    const byteLength = end - start;
    this.reserve(byteLength);
    const { bytes } = this;
    let at = this.length;
    if (byteLength > LOOP_BYTES) bytes.set(source.subarray(start, end), at);
    else for (let index = start; index < end; index++) bytes[at++] = source[index] as number;
    this.length += byteLength;
  }
}

/** The encoding of a text in a row. */
export function lengthAndText(text: string): Buffer {
  const out = new ByteWriter(16);
  out.text(text);
  return out.copyFrom();
}
