import { ByteReader } from './columns/byte-reader.ts';
import { ByteWriter } from './columns/byte-writer.ts';
import type { Column } from './columns/column.ts';
import { ListColumn } from './columns/list-column.ts';
import { MapColumn } from './columns/map-column.ts';
import { NameColumn } from './columns/name-column.ts';
import { PlainColumn } from './columns/plain-column.ts';
import type { TraceRow } from './trace-row.ts';

const time = (): PlainColumn => new PlainColumn('DateTime64(9)');
const uint32 = (): PlainColumn => new PlainColumn('UInt32');
const text = (): PlainColumn => new PlainColumn('String');
const name = (): NameColumn => new NameColumn();
const attributes = (): MapColumn<PlainColumn> => new MapColumn(text());
const types = (): MapColumn<NameColumn> => new MapColumn(name());
const list = <Items extends Column>(items: Items): ListColumn<Items> => new ListColumn(items);

/** The columns of an insert of spans, in order; columns shared by the spans of a resource or scope are last. */
const makeColumns = () => ({
  Timestamp: time(),
  ImplausibleTimes: new PlainColumn('UInt8'),
  TraceId: text(),
  SpanId: text(),
  ParentSpanId: text(),
  TraceState: text(),
  SpanName: name(),
  SpanKind: name(),
  Duration: new PlainColumn('UInt64'),
  StatusCode: name(),
  StatusMessage: text(),
  Flags: uint32(),
  DroppedAttributesCount: uint32(),
  DroppedEventsCount: uint32(),
  DroppedLinksCount: uint32(),
  SpanAttributes: attributes(),
  SpanAttributeTypes: types(),
  'Events.Timestamp': list(time()),
  'Events.Name': list(name()),
  'Events.Attributes': list(attributes()),
  EventAttributeTypes: list(types()),
  EventDroppedAttributesCounts: list(uint32()),
  'Links.TraceId': list(text()),
  'Links.SpanId': list(text()),
  'Links.TraceState': list(text()),
  'Links.Attributes': list(attributes()),
  LinkAttributeTypes: list(types()),
  LinkDroppedAttributesCounts: list(uint32()),
  LinkFlags: list(uint32()),
  ...makeSharedColumns(),
});

/** The columns that all spans of one scope have in common. */
export const makeSharedColumns = () => ({
  ServiceName: name(),
  ResourceAttributes: attributes(),
  ResourceAttributeTypes: types(),
  ResourceSchemaUrl: name(),
  ScopeName: text(),
  ScopeVersion: text(),
  ScopeAttributes: attributes(),
  ScopeAttributeTypes: types(),
  ScopeSchemaUrl: name(),
});

/** The shared columns that describe the scope; the others describe the resource. */
export const SCOPE_COLUMNS = [
  'ScopeName',
  'ScopeVersion',
  'ScopeAttributes',
  'ScopeAttributeTypes',
  'ScopeSchemaUrl',
] as const;

type TraceColumns = {
  readonly [Name in keyof ReturnType<typeof makeColumns>]: ReturnType<typeof makeColumns>[Name];
};
export type SharedColumns = Readonly<ReturnType<typeof makeSharedColumns>>;

/** The columns of an insert, in order. */
export const TRACE_COLUMNS = Object.keys(makeColumns()) as readonly (keyof TraceRow & keyof TraceColumns)[];
/** For an insert: those, plus the time of receipt, which is the same for all rows. */
export const INSERT_COLUMNS = [...TRACE_COLUMNS, 'ReceivedAt'] as const;
/** Approximate size of a chunk of a Native block: the amount written to a file or socket at once. */
const PIECE_BYTES = 1024 ** 2;
const KEPT_BYTES = 4 * PIECE_BYTES;
const SHARED_COLUMNS = Object.keys(makeSharedColumns()) as readonly (keyof SharedColumns)[];

/**
 * Rows of `otel_traces` while they are collected, column by column, in the format that is cheapest for the engine. It
 * costs a third of reading them row by row, where the engine looks up each attribute key in a dictionary.
 *
 * To add a row, add a cell to each of `columns` and then call `endRow`. A block is filled either this way or with
 * packed rows, not both.
 */
export class TraceBlock {
  readonly columns: TraceColumns = makeColumns();
  readonly #columns: readonly Column[] = Object.values(this.columns);
  readonly #events = [
    this.columns['Events.Timestamp'],
    this.columns['Events.Name'],
    this.columns['Events.Attributes'],
    this.columns.EventAttributeTypes,
    this.columns.EventDroppedAttributesCounts,
  ];
  readonly #links = [
    this.columns['Links.TraceId'],
    this.columns['Links.SpanId'],
    this.columns['Links.TraceState'],
    this.columns['Links.Attributes'],
    this.columns.LinkAttributeTypes,
    this.columns.LinkDroppedAttributesCounts,
    this.columns.LinkFlags,
  ];
  /** Output buffer. */
  readonly #out = new ByteWriter();
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** Approximate memory of the rows. */
  get byteLength(): number {
    let byteLength = 0;
    for (const column of this.#columns) byteLength += column.byteLength;
    return byteLength;
  }

  /** Adds the shared cells of one row. */
  addShared(shared: SharedColumns): void {
    for (const column of SHARED_COLUMNS) (this.columns[column] as Column).appendFrom(shared[column]);
  }

  /** Ends the lists of the row's events, with their number. */
  endEvents(count: number): void {
    for (const column of this.#events) column.end(count);
  }

  /** Ends the lists of the row's links, with their number. */
  endLinks(count: number): void {
    for (const column of this.#links) column.end(count);
  }

  endRow(): void {
    this.#rows++;
  }

  /** Forgets the rows, including those being written. */
  clear(): void {
    this.#emptyOut();
    this.#rows = 0;
    for (const column of this.#columns) column.clear();
  }

  /**
   * Takes the rows out in packed form, the input of {@link append}. The buffer belongs to the caller; empty when there
   * is no row.
   */
  take(): Buffer {
    const out = this.#out;
    if (this.#rows > 0) {
      out.varint(this.#rows);
      for (const column of this.#columns) column.pack(out);
    }
    const packed = out.copyFrom();
    this.clear();
    return packed;
  }

  /** Adds packed rows. Their bytes must remain until the rows were taken out. */
  append(packed: Uint8Array): void {
    const reader = new ByteReader(packed);
    if (packed.length === 0) return;
    this.#rows += reader.varint();
    for (const column of this.#columns) column.append(reader);
  }

  /**
   * Takes the rows out as one block in ClickHouse's Native format, with the columns {@link INSERT_COLUMNS}.
   *
   * @param receivedAtSeconds since the epoch
   * @returns consecutive bytes, one chunk at a time, each valid until the next is requested; none when there is no row
   */
  *takeNative(receivedAtSeconds: number): Generator<Buffer> {
    const out = this.#out;
    if (this.#rows > 0) {
      out.varint(INSERT_COLUMNS.length);
      out.varint(this.#rows);
      for (const [index, column] of this.#columns.entries()) {
        out.text(TRACE_COLUMNS[index] as string);
        out.text(column.type);
        column.writePrefix(out);
        for (const _ of column.writeData(out)) {
          if (out.length < PIECE_BYTES) continue;
          yield out.bytes.subarray(0, out.length);
          out.length = 0;
        }
      }
      out.text('ReceivedAt');
      out.text('DateTime');
      for (let row = 0; row < this.#rows; row++) out.uint32(receivedAtSeconds);
      yield out.bytes.subarray(0, out.length);
    }
    this.clear();
  }

  #emptyOut(): void {
    const out = this.#out;
    out.length = 0;
    if (out.bytes.length > KEPT_BYTES) out.bytes = Buffer.allocUnsafeSlow(KEPT_BYTES);
  }
}
