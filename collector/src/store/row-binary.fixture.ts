// Rows of `otel_traces` out of RowBinary: what the engine reads, as a test sees it.
import { TRACE_COLUMNS } from './trace-columns.ts';
import type { TraceRow } from './trace-row.ts';

const MAPS = /^(ResourceAttribute|SpanAttribute|ScopeAttribute)(s|Types)$/;
const MAP_LISTS = /^(Events\.Attributes|Links\.Attributes|EventAttributeTypes|LinkAttributeTypes)$/;
const NUMBER_LISTS = /^(EventDroppedAttributesCounts|LinkDroppedAttributesCounts|LinkFlags)$/;
const NUMBERS = /^(Flags|Dropped\w+Count)$/;

/** All rows of the bytes, which must hold nothing else. */
export function readTraceRows(bytes: Uint8Array): TraceRow[] {
  const reader = new Reader(bytes);
  const rows: TraceRow[] = [];
  while (!reader.isAtEnd) {
    const cells = TRACE_COLUMNS.map((column) => [column, readCell(reader, column)]);
    rows.push(Object.fromEntries(cells) as TraceRow);
  }
  return rows;
}

function readCell(reader: Reader, column: keyof TraceRow): unknown {
  if (column === 'Timestamp') return reader.time();
  if (column === 'Events.Timestamp') return reader.list(() => reader.time());
  if (column === 'Duration') return String(reader.int64(false));
  if (NUMBERS.test(column)) return reader.uint32();
  if (NUMBER_LISTS.test(column)) return reader.list(() => reader.uint32());
  if (MAPS.test(column)) return reader.map();
  if (MAP_LISTS.test(column)) return reader.list(() => reader.map());
  return column.includes('.') ? reader.list(() => reader.text()) : reader.text();
}

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

  /** Fails for bytes that are not UTF-8: the engine would keep them as they are. */
  text(): string {
    const length = this.count();
    const text = this.#bytes.subarray(this.#at, this.#at + length);
    if (text.length !== length) throw new RangeError('the text ends early');
    this.#at += length;
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  int64(isSigned: boolean): bigint {
    this.#at += 8;
    return isSigned ? this.#bytes.readBigInt64LE(this.#at - 8) : this.#bytes.readBigUInt64LE(this.#at - 8);
  }

  time(): string {
    const digits = String(this.int64(true)).padStart(10, '0');
    return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.count() }, () => read());
  }

  map(): Record<string, string> {
    const entries = this.list(() => [this.text(), this.text()] as const);
    if (new Set(entries.map(([key]) => key)).size !== entries.length) throw new Error('a key comes twice');
    const map = Object.create(null) as Record<string, string>;
    for (const [key, value] of entries) map[key] = value;
    return map;
  }
}
