import { CollectorError } from '../errors.ts';
import type { RowBuffer } from './row-buffer.ts';
import type { TraceRow } from './trace-row.ts';

type TextMap = Readonly<Record<string, string>>;
type Writer<T> = (out: RowBuffer, value: T) => void;

const text: Writer<string> = (out, value) => out.text(value);
const uint32: Writer<number> = (out, value) => out.uint32(value);
const uint64: Writer<string> = (out, value) => out.uint64(integerOf(value));
/** DateTime64(9): signed nanoseconds since the epoch. */
const time: Writer<string> = (out, value) => out.int64(nanosecondsOf(value));
const map: Writer<TextMap> = (out, value) => {
  const entries = Object.entries(value);
  out.varint(entries.length);
  for (const [key, item] of entries) {
    out.text(key);
    out.text(item);
  }
};
const list =
  <T>(write: Writer<T>): Writer<readonly T[]> =>
  (out, items) => {
    out.varint(items.length);
    for (const item of items) write(out, item);
  };

/**
 * How each column of an insert is written, in the order of the insert. What the spans of one scope share stands last,
 * so that it is one piece of bytes for all of them.
 */
const WRITERS: { readonly [K in keyof TraceRow]: Writer<TraceRow[K]> } = {
  Timestamp: time,
  TraceId: text,
  SpanId: text,
  ParentSpanId: text,
  TraceState: text,
  SpanName: text,
  SpanKind: text,
  Duration: uint64,
  StatusCode: text,
  StatusMessage: text,
  Flags: uint32,
  DroppedAttributesCount: uint32,
  DroppedEventsCount: uint32,
  DroppedLinksCount: uint32,
  SpanAttributes: map,
  SpanAttributeTypes: map,
  'Events.Timestamp': list(time),
  'Events.Name': list(text),
  'Events.Attributes': list(map),
  EventAttributeTypes: list(map),
  EventDroppedAttributesCounts: list(uint32),
  'Links.TraceId': list(text),
  'Links.SpanId': list(text),
  'Links.TraceState': list(text),
  'Links.Attributes': list(map),
  LinkAttributeTypes: list(map),
  LinkDroppedAttributesCounts: list(uint32),
  LinkFlags: list(uint32),
  ServiceName: text,
  ResourceAttributes: map,
  ResourceAttributeTypes: map,
  ResourceSchemaUrl: text,
  ScopeName: text,
  ScopeVersion: text,
  ScopeAttributes: map,
  ScopeAttributeTypes: map,
  ScopeSchemaUrl: text,
};

/** The columns of an insert, in order. */
export const TRACE_COLUMNS = Object.keys(WRITERS) as readonly (keyof TraceRow)[];

/**
 * Writes one row in RowBinary.
 *
 * @throws {CollectorError} `ERR_STORE_REJECTED` for a time or duration that is no number.
 */
export function writeTraceRow(out: RowBuffer, row: TraceRow): void {
  const start = out.length;
  try {
    for (const column of TRACE_COLUMNS) (WRITERS[column] as Writer<unknown>)(out, row[column]);
  } catch (error) {
    out.truncate(start);
    throw error;
  }
}

/** `seconds.nanoseconds`, nine decimals. */
function nanosecondsOf(timestamp: string): bigint {
  return BigInt.asIntN(64, integerOf(timestamp.replace('.', '')));
}

function integerOf(digits: string): bigint {
  if (/^-?\d{1,20}$/.test(digits)) return BigInt(digits);
  throw new CollectorError('ERR_STORE_REJECTED', `${JSON.stringify(digits)} is not a whole number`);
}
