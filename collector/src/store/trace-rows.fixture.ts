// Rows of `otel_traces` from ClickHouse's Native format: what the engine reads, in a form for tests.
import { TraceBlock } from './trace-block.ts';
import type { TraceRow } from './trace-row.ts';

/** All rows of the output of `TraceBlock.take`. */
export function readTraceRows(packed: Uint8Array): TraceRow[] {
  const block = new TraceBlock();
  block.append(packed);
  return readNativeRows(Buffer.concat(Array.from(block.takeNative(0), (piece) => Buffer.from(piece))));
}

/** All rows of blocks in Native format, which must contain nothing else. */
export function readNativeRows(bytes: Uint8Array): TraceRow[] {
  const reader = new Reader(bytes);
  const rows: TraceRow[] = [];
  while (!reader.isAtEnd) {
    const columns = reader.count();
    const count = reader.count();
    const read = Array.from({ length: columns }, () => {
      const name = reader.text();
      const type = reader.text();
      reader.prefix(type);
      return [name, reader.cells(type, count)] as const;
    });
    for (let row = 0; row < count; row++)
      rows.push(
        rowOf(read.filter(([name]) => name !== 'ReceivedAt').map(([name, cells]) => [name, cells[row]])),
      );
  }
  return rows;
}

const rowOf = (cells: readonly (readonly [string, unknown])[]): TraceRow =>
  Object.fromEntries(cells) as unknown as TraceRow;

const NAME = 'LowCardinality(String)';
/** The type in the brackets of a list. */
const itemOf = (type: string): string | undefined => /^Array\((.*)\)$/.exec(type)?.[1];
/** The type of a map's values. */
const valueOf = (type: string): string | undefined =>
  /^Map\(LowCardinality\(String\), (.*)\)$/.exec(type)?.[1];

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  count(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** Fails for bytes that are not UTF-8: the engine would store them unchanged. */
  text(): string {
    const length = this.count();
    const text = this.#bytes.subarray(this.#at, this.#at + length);
    if (text.length !== length) throw new RangeError('the text ends early');
    this.#at += length;
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  }

  prefix(type: string): void {
    const item = itemOf(type);
    const value = valueOf(type);
    if (item !== undefined) this.prefix(item);
    else if (value !== undefined) {
      this.prefix(NAME);
      this.prefix(value);
    } else if (type === NAME && this.#uint64() !== 1n) throw new Error('not the version of the dictionary');
  }

  cells(type: string, count: number): unknown[] {
    const item = itemOf(type);
    if (item !== undefined) return this.#lists(count, (total) => this.cells(item, total));
    const value = valueOf(type);
    if (value !== undefined) return this.#maps(value, count);
    const many = <T>(read: () => T): T[] => Array.from({ length: count }, () => read());
    switch (type) {
      case NAME:
        return count === 0 ? [] : this.#names(count);
      case 'String':
        return many(() => this.text());
      case 'UInt8':
        return many(() => this.#bytes.readUInt8(this.#at++));
      case 'UInt32':
      case 'DateTime':
        return many(() => this.#uint32());
      case 'UInt64':
        return many(() => String(this.#uint64()));
      case 'DateTime64(9)':
        return many(() => this.#time());
      default:
        throw new Error(`no such type is written: ${type}`);
    }
  }

  #maps(valueType: string, count: number): Record<string, string>[] {
    const lists = this.#lists(count, (total) => {
      const keys = this.cells(NAME, total) as string[];
      const values = this.cells(valueType, total) as string[];
      return keys.map((key, index) => [key, values[index] ?? ''] as const);
    });
    return lists.map((entries) => {
      if (new Set(entries.map(([key]) => key)).size !== entries.length) throw new Error('a key comes twice');
      const map = Object.create(null) as Record<string, string>;
      for (const [key, value] of entries) map[key] = value;
      return map;
    });
  }

  #lists<T>(count: number, read: (total: number) => readonly T[]): T[][] {
    const ends = Array.from({ length: count }, () => Number(this.#uint64()));
    const items = read(ends.at(-1) ?? 0);
    return ends.map((end, index) => items.slice(ends[index - 1] ?? 0, end));
  }

  #names(count: number): string[] {
    const flags = Number(this.#uint64());
    const keys = Array.from({ length: Number(this.#uint64()) }, () => this.text());
    if (this.#uint64() !== BigInt(count)) throw new Error('not the number of cells');
    const width = 2 ** (flags & 0xff);
    return Array.from({ length: count }, () => {
      this.#at += width;
      const key = keys[this.#bytes.readUIntLE(this.#at - width, width)];
      if (key === undefined) throw new RangeError('the key is not in the dictionary');
      return key;
    });
  }

  #uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  #uint64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64LE(this.#at - 8);
  }

  #time(): string {
    const digits = String(BigInt.asIntN(64, this.#uint64())).padStart(10, '0');
    return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
  }
}
