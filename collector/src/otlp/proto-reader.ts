import { decodeError } from './decode-error.ts';

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_LENGTH = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
export const WIRE_FIXED32 = 5;

const MAX_GROUP_DEPTH = 32;

/**
 * A cursor over protobuf bytes. Every read stays within its message: a length that exceeds it, a varint of more than
 * ten bytes, a field number 0 or an unknown wire type is `ERR_OTLP_DECODE`.
 *
 * ```ts
 * const end = reader.enter();
 * while (reader.next()) {
 *   if (reader.field === 1) reader.bytes();
 *   else reader.skip();
 * }
 * reader.leave(end);
 * ```
 */
export class ProtoReader {
  /** Number and wire type of the field where `next()` stopped. */
  field = 0;
  wireType = 0;
  /** Start and end of the bytes that `view()` skipped. */
  start = 0;
  end = 0;
  readonly #bytes: Buffer;
  #position = 0;
  #limit: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limit = bytes.byteLength;
  }

  get position(): number {
    return this.#position;
  }

  /** The end of the current message. */
  get limit(): number {
    return this.#limit;
  }

  /** Leaves a message that was not readable to its end; `limit` is the value from when it was entered. */
  abandon(end: number, outer: number): void {
    this.#position = end;
    this.#limit = outer;
  }

  /** Moves to the next field of the current message; false at its end. */
  next(): boolean {
    if (this.#position >= this.#limit) return false;
    const first = this.#bytes[this.#position] as number;
    const tag = first < 0x80 ? first : this.uint32(false);
    if (first < 0x80) this.#position++;
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.field === 0) throw decodeError(`field number 0 at byte ${this.#position}`);
    return true;
  }

  /** Enters the message at the cursor; returns the argument for `leave`. */
  enter(): number {
    this.#expect(WIRE_LENGTH);
    const length = this.#length();
    const outer = this.#limit;
    this.#limit = this.#position + length;
    return outer;
  }

  leave(outer: number): void {
    this.#position = this.#limit;
    this.#limit = outer;
  }

  /** Reads the current message again from `position`, a value that `position` returned before. */
  rewind(position: number): void {
    this.#position = position;
  }

  bytes(): Buffer {
    this.view();
    return this.#bytes.subarray(this.start, this.end);
  }

  /** Skips text, bytes or a message and stores their position in `start` and `end`. */
  view(): void {
    this.#expect(WIRE_LENGTH);
    const length = this.#length();
    this.start = this.#position;
    this.end = this.start + length;
    this.#position = this.end;
  }

  /** Enters the message from `start` to `end`, which `view()` skipped; returns the argument for `leave`. */
  enterAt(start: number, end: number): number {
    const outer = this.#limit;
    this.#position = start;
    this.#limit = end;
    return outer;
  }

  /** Text; bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    this.view();
    return this.#bytes.toString('utf8', this.start, this.end);
  }

  /** The low 32 bits of a varint, unsigned. If `typed` is false it reads a tag or a length, which must fit. */
  uint32(typed = true): number {
    if (typed) this.#expect(WIRE_VARINT);
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte();
      if (index < 4) value |= (byte & 0x7f) << (index * 7);
      else if (index === 4) {
        value |= (byte & 0x0f) << 28;
        if (!typed && byte > 0x0f) break;
      } else if (!typed) break;
      if (byte < 0x80) return value >>> 0;
    }
    throw decodeError(`an oversized varint at byte ${this.#position}`);
  }

  /** A varint as a signed 64-bit integer, in decimal. */
  int64Text(): string {
    const start = this.#position;
    this.smallVarint(0);
    return int64Text(this.#bytes, start);
  }

  /** Skips a varint; returns its value if it has at most `maxBytes` bytes (at most 4), else -1. */
  smallVarint(maxBytes: number): number {
    this.#expect(WIRE_VARINT);
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte();
      if (index < maxBytes) value |= (byte & 0x7f) << (index * 7);
      if (byte < 0x80) return index < maxBytes ? value : -1;
    }
    throw decodeError(`a varint of more than ten bytes at byte ${this.#position}`);
  }

  /** An unsigned 32-bit integer; -1 for a varint that does not fit, such as a negative one. */
  uint32OrNone(): number {
    const start = this.#position;
    const value = this.uint32();
    const size = this.#position - start;
    const isLong = size > 5 || (size === 5 && (this.#bytes[this.#position - 1] as number) > 0x0f);
    return isLong ? -1 : value;
  }

  bool(): boolean {
    return this.int64Text() !== '0';
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#fixed(WIRE_FIXED32, 4));
  }

  /** Skips eight bytes and returns their start. */
  fixed64At(): number {
    return this.#fixed(WIRE_FIXED64, 8);
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#fixed(WIRE_FIXED64, 8));
  }

  /** Skips the current field of any type. */
  skip(depth = 0): void {
    switch (this.wireType) {
      case WIRE_VARINT:
        this.uint32();
        return;
      case WIRE_FIXED64:
        this.#fixed(WIRE_FIXED64, 8);
        return;
      case WIRE_LENGTH:
        this.view();
        return;
      case WIRE_FIXED32:
        this.#fixed(WIRE_FIXED32, 4);
        return;
      case WIRE_GROUP_START:
        this.#skipGroup(depth);
        return;
      default:
        throw decodeError(`wire type ${this.wireType} of field ${this.field} at byte ${this.#position}`);
    }
  }

  #skipGroup(depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) throw decodeError('groups nested too deeply');
    const group = this.field;
    while (this.next()) {
      if (this.wireType === WIRE_GROUP_END && this.field === group) return;
      this.skip(depth + 1);
    }
    throw decodeError(`group ${group} does not end`);
  }

  #expect(wireType: number): void {
    if (this.wireType === wireType) return;
    throw decodeError(
      `field ${this.field} has wire type ${this.wireType}, not ${wireType}, at byte ${this.#position}`,
    );
  }

  #byte(): number {
    if (this.#position >= this.#limit) throw decodeError(`the message ends early at byte ${this.#limit}`);
    return this.#bytes[this.#position++] ?? 0;
  }

  #length(): number {
    const first = this.#bytes[this.#position] as number;
    let length: number;
    if (first < 0x80 && this.#position < this.#limit) {
      length = first;
      this.#position++;
    } else length = this.uint32(false);
    if (length > this.#limit - this.#position) {
      throw decodeError(`a length of ${length} reaches beyond its message at byte ${this.#position}`);
    }
    return length;
  }

  #fixed(wireType: number, size: number): number {
    this.#expect(wireType);
    const start = this.#position;
    if (size > this.#limit - start) throw decodeError(`the message ends early at byte ${this.#limit}`);
    this.#position = start + size;
    return start;
  }
}

/** A varint that was already checked, as a signed 64-bit integer in decimal. */
export function int64Text(source: Buffer, start: number): string {
  let low = 0; // 49 bits are exact in a number; few integers need more
  let scale = 1;
  let at = start;
  for (let index = 0; index < 7; index++) {
    const byte = source[at++] as number;
    low += (byte & 0x7f) * scale;
    if (byte < 0x80) return String(low);
    scale *= 128;
  }
  let value = BigInt(low);
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = source[at++] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return String(BigInt.asIntN(64, value));
}
