import type { TObject, TSchema } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { csv } from '../csv/csv.ts';
import type { Cell } from '../csv/csv.ts';
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
  return csv([columns.map((path) => path.join('.')), ...entries.map((entry) => columns.map(cellOf(entry)))]);
}

function columnsOf(schema: TSchema, path: readonly string[] = []): string[][] {
  const { properties } = schema as { properties?: Readonly<Record<string, TSchema>> };
  if (properties === undefined) return [[...path]];
  return Object.entries(properties).flatMap(([name, inner]) => columnsOf(inner, [...path, name]));
}

const cellOf =
  (entry: Entry) =>
  (path: readonly string[]): Cell => {
    const value = path.reduce<unknown>((inner, name) => (inner as Entry | undefined)?.[name], entry);
    if (value === undefined || value === null) return undefined;
    return typeof value === 'object' ? toJson(value) : (value as Cell);
  };
