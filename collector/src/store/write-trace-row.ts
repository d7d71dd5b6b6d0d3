import { CollectorError } from '../errors.ts';
import type { Column } from './columns/column.ts';
import type { ListColumn } from './columns/list-column.ts';
import type { MapColumn } from './columns/map-column.ts';
import type { NameColumn } from './columns/name-column.ts';
import type { PlainColumn } from './columns/plain-column.ts';
import type { TraceBlock } from './trace-block.ts';
import type { TraceRow } from './trace-row.ts';

type TextMap = Readonly<Record<string, string>>;
type Writer<C extends Column, T> = (column: C, value: T) => void;

const MAX_UINT64 = 2n ** 64n - 1n;

const name: Writer<NameColumn, string> = (column, value) => column.addText(value);
const text: Writer<PlainColumn, string> = ({ cells }, value) => cells.text(value);
const uint32: Writer<PlainColumn, number> = ({ cells }, value) => cells.uint32(value);
const map =
  <Values extends Column>(write: Writer<Values, string>): Writer<MapColumn<Values>, TextMap> =>
  (column, value) => {
    const entries = Object.entries(value);
    for (const [key, item] of entries) {
      column.keys.addText(key);
      write(column.values, item);
    }
    column.end(entries.length);
  };
const attributes = map(text);
const types = map(name);
function list<Items extends Column, T>(
  column: ListColumn<Items>,
  items: readonly T[],
  write: Writer<Items, T>,
): void {
  for (const item of items) write(column.items, item);
  column.end(items.length);
}

/**
 * Adds one row to a block.
 *
 * @throws {CollectorError} `ERR_STORE_REJECTED` for a time or duration that is no number; the block is as before then.
 */
export function writeTraceRow(block: TraceBlock, row: TraceRow): void {
  const { columns } = block;
  const start = nanosecondsOf(row.Timestamp);
  const duration = integerOf(row.Duration, 0n, MAX_UINT64);
  const eventTimes = row['Events.Timestamp'].map(nanosecondsOf);
  columns.Timestamp.cells.int64(start);
  columns.Duration.cells.uint64(duration);
  list(columns['Events.Timestamp'], eventTimes, ({ cells }, value) => cells.int64(value));
  for (const column of ['TraceId', 'SpanId', 'ParentSpanId', 'TraceState', 'StatusMessage'] as const)
    text(columns[column], row[column]);
  for (const column of ['ScopeName', 'ScopeVersion'] as const) text(columns[column], row[column]);
  for (const column of ['SpanName', 'SpanKind', 'StatusCode'] as const) name(columns[column], row[column]);
  for (const column of ['ServiceName', 'ResourceSchemaUrl', 'ScopeSchemaUrl'] as const)
    name(columns[column], row[column]);
  for (const column of [
    'Flags',
    'DroppedAttributesCount',
    'DroppedEventsCount',
    'DroppedLinksCount',
  ] as const)
    uint32(columns[column], row[column]);
  for (const column of ['SpanAttributes', 'ResourceAttributes', 'ScopeAttributes'] as const)
    attributes(columns[column], row[column]);
  for (const column of ['SpanAttributeTypes', 'ResourceAttributeTypes', 'ScopeAttributeTypes'] as const)
    types(columns[column], row[column]);
  list(columns['Events.Name'], row['Events.Name'], name);
  for (const column of ['Links.TraceId', 'Links.SpanId', 'Links.TraceState'] as const)
    list(columns[column], row[column], text);
  for (const column of ['Events.Attributes', 'Links.Attributes'] as const)
    list(columns[column], row[column], attributes);
  for (const column of ['EventAttributeTypes', 'LinkAttributeTypes'] as const)
    list(columns[column], row[column], types);
  for (const column of ['EventDroppedAttributesCounts', 'LinkDroppedAttributesCounts', 'LinkFlags'] as const)
    list(columns[column], row[column], uint32);
  block.endRow();
}

/** `seconds.nanoseconds`, nine decimals, as DateTime64(9) has it: signed nanoseconds since the epoch. */
function nanosecondsOf(timestamp: string): bigint {
  return integerOf(timestamp.replace('.', ''), -(2n ** 63n), 2n ** 63n - 1n);
}

function integerOf(digits: string, from: bigint, to: bigint): bigint {
  if (/^-?\d{1,20}$/.test(digits)) {
    const value = BigInt(digits);
    if (value >= from && value <= to) return value;
  }
  throw new CollectorError(
    'ERR_STORE_REJECTED',
    `${JSON.stringify(digits)} is not a whole number from ${from} to ${to}`,
  );
}
