/** Writes small protobuf messages: the receiver's responses. Fields with default values are left out. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];

  /** A varint field; `value` is a safe, non-negative integer. */
  varint(field: number, value: number): this {
    if (value !== 0) this.#parts.push(varintBytes(field * 8), varintBytes(value));
    return this;
  }

  string(field: number, value: string): this {
    return value === '' ? this : this.message(field, Buffer.from(value));
  }

  /** A message or bytes field, even when empty. */
  message(field: number, value: Uint8Array): this {
    this.#parts.push(varintBytes(field * 8 + 2), varintBytes(value.byteLength), value);
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
