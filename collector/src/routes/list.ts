import type { TObject, TSchema } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Format } from '../schema/index.ts';

type Entry = Readonly<Record<string, unknown>>;

/** In every Node the collector runs on; not yet in the type library. */
const RawJson = JSON as unknown as { rawJSON(text: string): unknown };

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const;

/**
 * An answer in the format asked for. As JSON it is the whole answer; otherwise the one list in it, with the range,
 * whether it was cut and the cursor in headers.
 *
 * @param name of the list in the answer
 * @param item schema of its entries, which gives CSV its columns
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
  return text as unknown as Answer; // a string with a media type of its own is sent as it is
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? RawJson.rawJSON(String(inner)) : inner,
  );
}

/** RFC 4180 with a head; a column for each property, those of objects with a dot, lists as JSON. */
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

/** What a spreadsheet takes for the beginning of a formula, blanks and invisible characters before it, in half and full width. */
const FORMULA = String.raw`[\s\p{C}]*[=+\-@＝＋－＠]`;
const AT_START = new RegExp(String.raw`^(?=${FORMULA}|[\t\r\n])`, 'u');
/** Some take these for the end of a line or a cell, quotes or not. */
const BEHIND_END = new RegExp(String.raw`([\r\n;\t])(?=${FORMULA})`, 'gu');

/** What functions and sandboxes are called is for anyone to say: an apostrophe makes text of what would be a formula. */
function harmless(text: string): string {
  return text.replaceAll(BEHIND_END, "$1'").replace(AT_START, "'");
}

function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
