/** One `ResourceSpans` message, or the reason why there is none. */
export interface ProtoMessage {
  /** Its number, from 1. */
  readonly number: number;
  readonly bytes?: Buffer;
  readonly fault?: string;
}

const RESOURCE_SPANS_TAG = 0x0a;
const PREFIX_BYTES = 4;
const LONGEST_VARINT = 10;

/**
 * Splits the bytes of trace requests into their `ResourceSpans`, holding one at a time. It accepts one request, several
 * concatenated ones (which protobuf treats as one), or length-prefixed ones, as the Collector's file exporter writes.
 */
export class ProtoMessages {
  readonly #maxBytes: number;
  readonly #isPrefixed: boolean;
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes to skip before the next field. */
  #skip = 0;
  /** Remaining bytes of the request, if requests are length-prefixed. */
  #left = 0;
  #number = 0;
  #isBroken = false;

  constructor(options: { readonly maxBytes: number; readonly isPrefixed: boolean }) {
    this.#maxBytes = options.maxBytes;
    this.#isPrefixed = options.isPrefixed;
  }

  push(chunk: Buffer): ProtoMessage[] {
    const found: ProtoMessage[] = [];
    if (this.#isBroken) return found;
    this.#parts.push(chunk);
    this.#length += chunk.byteLength;
    while (!this.#isBroken && this.#step(found));
    return found;
  }

  end(): ProtoMessage[] {
    if (this.#isBroken || (this.#length === 0 && this.#skip === 0)) return [];
    return [{ number: this.#number + 1, fault: 'it has no end' }];
  }

  /** @returns false when more bytes are needed */
  #step(found: ProtoMessage[]): boolean {
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, this.#length);
      this.#drop(skipped);
      this.#skip -= skipped;
      return skipped > 0;
    }
    if (this.#isPrefixed && this.#left === 0) {
      if (this.#length < PREFIX_BYTES) return false;
      this.#left = this.#head(PREFIX_BYTES).readUInt32BE(0);
      this.#drop(PREFIX_BYTES);
      return true;
    }
    return this.#field(found);
  }

  #field(found: ProtoMessage[]): boolean {
    if (this.#length === 0) return false;
    const head = this.#head(1 + LONGEST_VARINT);
    const length = head[0] === RESOURCE_SPANS_TAG ? readVarint(head, 1) : { value: Number.NaN, end: 0 };
    if (length === undefined) {
      if (this.#length <= LONGEST_VARINT) return false;
      return this.#fail(found);
    }
    const { value, end } = length;
    if (!Number.isSafeInteger(value)) return this.#fail(found);
    if (value > this.#maxBytes) {
      found.push({ number: ++this.#number, fault: `it is longer than ${this.#maxBytes} bytes` });
      this.#drop(end);
      this.#skip = value;
      this.#left = Math.max(0, this.#left - end - value);
      return true;
    }
    if (this.#length < end + value) return false;
    found.push({ number: ++this.#number, bytes: this.#head(end + value).subarray(end, end + value) });
    this.#drop(end + value);
    this.#left = Math.max(0, this.#left - end - value);
    return true;
  }

  #fail(found: ProtoMessage[]): boolean {
    found.push({ number: this.#number + 1, fault: 'it is not a trace request; the rest is skipped' });
    this.#isBroken = true;
    this.#parts = [];
    this.#length = 0;
    return false;
  }

  #head(bytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#parts;
    if (first.byteLength >= bytes || this.#parts.length === 1) return first;
    const all = Buffer.concat(this.#parts);
    this.#parts = [all];
    return all;
  }

  #drop(bytes: number): void {
    let left = bytes;
    this.#length -= bytes;
    while (left > 0) {
      const first = this.#parts[0] as Buffer;
      if (first.byteLength > left) {
        this.#parts[0] = first.subarray(left);
        return;
      }
      left -= first.byteLength;
      this.#parts.shift();
    }
  }
}

function readVarint(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = from; index < Math.min(bytes.byteLength, from + LONGEST_VARINT); index++) {
    const byte = bytes[index] as number;
    value += (byte & 0x7f) * 2 ** (7 * (index - from));
    if (byte < 0x80) return { value, end: index + 1 };
  }
  return undefined;
}
