/**
 * Blocks of the format Native. The engine writes them in protocol version 0, because it does not know the client. A
 * client that names its version expects two more parts, which are added here: information in front of each block, and a
 * flag for special serialization after the type of each column.
 */

/** The first protocol version with a flag for the serialization of a column. Older clients take version 0. */
const MIN_VERSION = 54_454;
/** Field 1: no overflow row; field 2: bucket -1, as of a block that no aggregation split; end. */
const BLOCK_INFO = Buffer.from([1, 0, 2, 255, 255, 255, 255, 0]);
const USUAL_SERIALIZATION = Buffer.from([0]);

/** Size of a value, bytes. */
const FIXED_BYTES: Readonly<Record<string, number>> = {
  ...sizes(1, 'UInt8', 'Int8', 'Bool', 'Enum8', 'Nothing'),
  ...sizes(2, 'UInt16', 'Int16', 'BFloat16', 'Date', 'Enum16'),
  ...sizes(4, 'UInt32', 'Int32', 'Float32', 'Date32', 'DateTime', 'IPv4', 'Time'),
  ...sizes(8, 'UInt64', 'Int64', 'Float64', 'DateTime64', 'Time64'),
  ...sizes(16, 'UInt128', 'Int128', 'UUID', 'IPv6'),
  ...sizes(32, 'UInt256', 'Int256'),
};

function sizes(bytes: number, ...types: string[]): Record<string, number> {
  return Object.fromEntries(types.map((type) => [type, bytes]));
}

/**
 * @param clientVersion `client_protocol_version` of the request; 0 or an old one: leaves the blocks unchanged
 * @throws {Error} for a type whose length cannot be read (JSON, Dynamic, Variant, states of aggregate functions)
 */
export function nativeFor(clientVersion: number, bytes: Uint8Array): Uint8Array {
  if (!(clientVersion >= MIN_VERSION)) return bytes;
  const reader = new BlockReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const parts: Buffer[] = [];
  while (!reader.isAtEnd()) {
    let from = reader.position;
    const columns = reader.varint();
    const rows = reader.varint();
    parts.push(BLOCK_INFO);
    for (let column = 0; column < columns; column += 1) {
      reader.text();
      const type = reader.text();
      parts.push(reader.since(from), USUAL_SERIALIZATION);
      from = reader.position;
      if (rows > 0) reader.skipColumn(type, rows);
    }
    parts.push(reader.since(from));
  }
  return Buffer.concat(parts);
}

class BlockReader {
  readonly #bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  since(from: number): Buffer {
    return this.#bytes.subarray(from, this.position);
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.position);
      this.position += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.varint();
    const from = this.position;
    this.#advance(length);
    return this.#bytes.toString('utf8', from, this.position);
  }

  skipColumn(type: string, rows: number): void {
    // Each dictionary in the type has a version, and all of them come before the values.
    this.#advance(8 * [...type.matchAll(/\bLowCardinality\(/g)].length);
    this.#skip(type, rows);
  }

  #skip(type: string, rows: number): void {
    const [, name = '', inner = ''] = /^(\w+)(?:\((.*)\))?$/s.exec(type) ?? [];
    const fixed = fixedBytes(name, inner);
    if (fixed !== undefined) return this.#advance(fixed * rows);
    switch (name) {
      case 'String':
        for (let row = 0; row < rows; row += 1) this.#advance(this.varint());
        return;
      case 'Nullable':
        this.#advance(rows);
        return this.#skip(inner, rows);
      case 'LowCardinality':
        return rows === 0 ? undefined : this.#skipDictionary(inner);
      case 'Array':
        return this.#skipElements([inner], rows);
      case 'Map':
      case 'Nested':
        return this.#skipElements(elementTypes(inner), rows);
      case 'Tuple':
        for (const element of elementTypes(inner)) this.#skip(element, rows);
        return;
      default:
        throw new Error(
          `Code: 50. DB::Exception: ${type} cannot be sent in the format Native (UNKNOWN_TYPE)`,
        );
    }
  }

  /** The type of the indexes, the number of keys, the keys, the number of indexes, the indexes. */
  #skipDictionary(type: string): void {
    const indexBytes = 2 ** (this.#uint64() % 256);
    this.#skip(type.replace(/^Nullable\((.*)\)$/s, '$1'), this.#uint64());
    this.#advance(this.#uint64() * indexBytes);
  }

  #skipElements(types: readonly string[], rows: number): void {
    if (rows === 0) return;
    this.#advance((rows - 1) * 8);
    const elements = this.#uint64();
    for (const type of types) this.#skip(type, elements);
  }

  #uint64(): number {
    this.#advance(8);
    return Number(this.#bytes.readBigUInt64LE(this.position - 8));
  }

  #advance(bytes: number): void {
    this.position += bytes;
    if (this.position > this.#bytes.length) throw new RangeError('a Native block ends too early');
  }
}

function fixedBytes(name: string, inner: string): number | undefined {
  if (name.startsWith('Interval')) return 8;
  if (name === 'FixedString') return Number(inner);
  if (name !== 'Decimal') return FIXED_BYTES[name];
  const digits = Number(/^\d+/.exec(inner)?.[0]);
  return [9, 18, 38].reduce((bytes, most) => (digits > most ? bytes * 2 : bytes), 4);
}

/** The types between brackets, without the names of elements: `a String, b Array(UInt8)`. */
function elementTypes(inner: string): string[] {
  const types: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of inner.matchAll(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[(),]/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (token === ',' && depth === 0) {
      types.push(inner.slice(from, index));
      from = index + 1;
    }
  }
  types.push(inner.slice(from));
  return types.map((type) => type.trim().replace(/^(?:`(?:[^`\\]|\\.)*`|\w+)\s+/, ''));
}
