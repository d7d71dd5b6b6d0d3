import type { TObject, TSchema } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Format } from '../schema/index.ts';

type Entry = Readonly<Record<string, unknown>>;

/** Available in every Node version the collector runs on; not yet in the type library. */
const RawJson = JSON as unknown as { rawJSON(text: string): unknown };

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const;

/**
 * An answer in the requested format. As JSON it is the whole answer. In other formats it is only the list; the range,
 * the cursor and whether the list was truncated are in headers.
 *
 * @param name property of the answer that holds the list
 * @param item schema of its entries, which determines the CSV columns
 */
export function listed<Answer extends object>(
  reply: FastifyReply,
  format: Format | undefined,
  answer: Answer,
  name: keyof Answer & string,
  item: TObject,
): Answer {
  if (format === undefined || format === 'json') return answer;
  const { from, to, truncated, nextCursor } = answer as Entry;
  void reply.type(MEDIA_TYPES[format]).header('x-sandscope-range', `${String(from)}/${String(to)}`);
  void reply.header('x-sandscope-truncated', String(truncated));
  if (nextCursor !== undefined) void reply.header('x-sandscope-next-cursor', nextCursor);
  const entries = answer[name] as readonly Entry[];
  const text =
    format === 'csv' ? toCsv(entries, item) : entries.map((entry) => `${toJson(entry)}\n`).join('');
  return text as unknown as Answer; // a string with its own media type is sent unchanged
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? RawJson.rawJSON(String(inner)) : inner,
  );
}

/** RFC 4180 with a header line: one column per property, dotted names for nested objects, lists as JSON. */
function toCsv(entries: readonly Entry[], item: TObject): string {
  const columns = columnsOf(item);
  const lines = [
    columns.map((path) => path.join('.')),
    ...entries.map((entry) => columns.map(cellOf(entry))),
  ];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function columnsOf(schema: TSchema, path: readonly string[] = []): string[][] {
  const { properties } = schema as { properties?: Readonly<Record<string, TSchema>> };
  if (properties === undefined) return [[...path]];
  return Object.entries(properties).flatMap(([name, inner]) => columnsOf(inner, [...path, name]));
}

const cellOf =
  (entry: Entry) =>
  (path: readonly string[]): string => {
    const value = path.reduce<unknown>((inner, name) => (inner as Entry | undefined)?.[name], entry);
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return harmless(value);
    const text = toJson(value);
    return typeof value === 'object' ? harmless(text) : text;
  };

/**
 * What a spreadsheet takes for the start of a formula, also after blanks and invisible characters, in half and full
 * width.
 */
const FORMULA = String.raw`[\s\p{C}]*[=+\-@＝＋－＠]`;
const AT_START = new RegExp(String.raw`^(?=${FORMULA}|[\t\r\n])`, 'u');
/** Some spreadsheets take these for the end of a line or a cell, even in quotes. */
const BEHIND_END = new RegExp(String.raw`([\r\n;\t])(?=${FORMULA})`, 'gu');

/**
 * Function and sandbox names may contain any text: an apostrophe keeps a spreadsheet from running them as a formula.
 */
function harmless(text: string): string {
  return text.replaceAll(BEHIND_END, "$1'").replace(AT_START, "'");
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
