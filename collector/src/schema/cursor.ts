import { Type } from '@fastify/type-provider-typebox';
import { CollectorError } from '../errors/errors.ts';
import type { Range } from './iso-time.ts';

/** The end of a page of a list, and the time range that all its pages share. */
export interface Cursor extends Range {
  /** Sort key of the page's last entry. */
  readonly key: readonly string[];
}

/** An entry of a list that is sorted by time, newest first, then by name. */
export interface Dated {
  readonly atMs: number;
  /** Unique among entries of the same time. */
  readonly name: string;
}

export const CursorParameter = Type.Optional(
  Type.String({ maxLength: 4096, description: '`nextCursor` of the page before.' }),
);
export const NextCursor = Type.Optional(
  Type.String({ description: 'Cursor of the next page. Absent on the last one.' }),
);

export function writeCursor({ from, to }: Range, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([from, to, ...key])).toString('base64url');
}

/**
 * @param keyLength number of texts in its key
 * @throws {CollectorError} `ERR_BAD_PARAMETER` for a cursor that was not written with such a key
 */
export function readCursor(text: string | undefined, keyLength: number): Cursor | undefined {
  if (text === undefined) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    parts = undefined;
  }
  if (!Array.isArray(parts) || !parts.every((part): part is string => typeof part === 'string'))
    throw badCursor();
  const [from, to, ...key] = parts;
  if (from === undefined || to === undefined || key.length !== keyLength) throw badCursor();
  return { from, to, key };
}

/** The time range of a cursor, for the parameters of a question. */
export function rangeOfCursor(cursor: Cursor | undefined): Partial<Range> {
  return cursor === undefined ? {} : { from: cursor.from, to: cursor.to };
}

export function badCursor(): CollectorError {
  return new CollectorError('ERR_BAD_PARAMETER', 'query parameter cursor is not a cursor of this API', {
    statusCode: 400,
    details: { parameter: 'cursor' },
  });
}

/** Number of texts in the cursor of a {@link pageOf}. */
export const DATED_KEY_LENGTH = 2;

/**
 * One page of a list, sorted here, and the cursor of the next page.
 *
 * @param range of the answer
 * @throws {CollectorError} `ERR_BAD_PARAMETER` for a cursor of another list
 */
export function pageOf<Entry extends Dated>(
  entries: readonly Entry[],
  wanted: number,
  cursor: Cursor | undefined,
  range: Range,
): { page: Entry[]; isCut: boolean; next: { nextCursor?: string } } {
  const after = cursor && datedOf(cursor);
  const rest = entries
    .filter((entry) => after === undefined || newestFirst(entry, after) > 0)
    .sort(newestFirst);
  const page = rest.slice(0, wanted);
  const last = page.at(-1);
  const isCut = rest.length > wanted;
  const next = isCut && last ? { nextCursor: writeCursor(range, [String(last.atMs), last.name]) } : {};
  return { page, isCut, next };
}

function datedOf({ key: [at = '', name = ''] }: Cursor): Dated {
  const atMs = at === '' ? Number.NaN : Number(at);
  if (!Number.isFinite(atMs)) throw badCursor();
  return { atMs, name };
}

function newestFirst(a: Dated, b: Dated): number {
  if (a.atMs !== b.atMs) return b.atMs - a.atMs;
  return a.name < b.name ? -1 : Number(a.name > b.name);
}
