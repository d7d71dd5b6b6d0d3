import { CollectorError } from '../errors/errors.ts';
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
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

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

// The content of the columns, besides times.
const TEXTS = [
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'TraceState',
  'StatusMessage',
  'ScopeName',
  'ScopeVersion',
] as const;
const NAMES = [
  'SpanName',
  'SpanKind',
  'StatusCode',
  'ServiceName',
  'ResourceSchemaUrl',
  'ScopeSchemaUrl',
] as const;
const NUMBERS = ['Flags', 'DroppedAttributesCount', 'DroppedEventsCount', 'DroppedLinksCount'] as const;
const ATTRIBUTES = ['SpanAttributes', 'ResourceAttributes', 'ScopeAttributes'] as const;
const TYPES = ['SpanAttributeTypes', 'ResourceAttributeTypes', 'ScopeAttributeTypes'] as const;
const TEXT_LISTS = ['Links.TraceId', 'Links.SpanId', 'Links.TraceState'] as const;
const ATTRIBUTE_LISTS = ['Events.Attributes', 'Links.Attributes'] as const;
const TYPE_LISTS = ['EventAttributeTypes', 'LinkAttributeTypes'] as const;
const NUMBER_LISTS = ['EventDroppedAttributesCounts', 'LinkDroppedAttributesCounts', 'LinkFlags'] as const;

/**
 * Adds one row to a block.
 *
 * @throws {CollectorError} `ERR_STORE_REJECTED` for a time or duration that is not a number; the block is then
 *   unchanged.
 */
export function writeTraceRow(block: TraceBlock, row: TraceRow): void {
  const { columns } = block;
  const start = nanosecondsOf(row.Timestamp);
  const duration = integerOf(row.Duration, 0n, MAX_UINT64);
  const eventTimes = row['Events.Timestamp'].map(nanosecondsOf);
  columns.Timestamp.cells.int64(start);
  columns.Duration.cells.uint64(duration);
  columns.ImplausibleTimes.cells.uint8(row.ImplausibleTimes);
  list(columns['Events.Timestamp'], eventTimes, ({ cells }, value) => cells.int64(value));
  list(columns['Events.Name'], row['Events.Name'], name);
  for (const column of TEXTS) text(columns[column], row[column]);
  for (const column of NAMES) name(columns[column], row[column]);
  for (const column of NUMBERS) uint32(columns[column], row[column]);
  for (const column of ATTRIBUTES) attributes(columns[column], row[column]);
  for (const column of TYPES) types(columns[column], row[column]);
  for (const column of TEXT_LISTS) list(columns[column], row[column], text);
  for (const column of ATTRIBUTE_LISTS) list(columns[column], row[column], attributes);
  for (const column of TYPE_LISTS) list(columns[column], row[column], types);
  for (const column of NUMBER_LISTS) list(columns[column], row[column], uint32);
  block.endRow();
}

/** `seconds.nanoseconds`, nine decimals, in DateTime64(9) form: signed nanoseconds since the epoch. */
function nanosecondsOf(timestamp: string): bigint {
  return integerOf(timestamp.replace('.', ''), MIN_INT64, MAX_INT64);
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
