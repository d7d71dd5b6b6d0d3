import { crc32 } from 'node:zlib';
import { CollectorError } from '../errors/errors.ts';
import type { OtlpEncoding, TraceRequestSummary } from '../otlp/index.ts';
import type { Refused } from './dead-letters.ts';
import type { InboxFile } from './inbox-file.ts';
import { messageOf } from './inbox-file.ts';
import type { Packed, Packing } from './packing.ts';
import { unpack } from './packing.ts';
import { ROW_BYTES } from './room.ts';

/** A page of the file is damaged. */
const SQLITE_CORRUPT = 11;

export interface InboxRequest {
  readonly body: Uint8Array;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  readonly summary: TraceRequestSummary;
  /** Called with the number of the request once the commit is done; never for a resend. */
  readonly onKept?: (seq: number) => void;
}

/** A request in the inbox, without its body. */
export interface InboxEntry {
  readonly seq: number;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  readonly spans: number;
  readonly bytes: number;
}

/** Requests after `after`, up to `to`, oldest first, at most `limit` of them. */
export function readEntries(file: InboxFile, after: number, to: number, limit: number): InboxEntry[] {
  return file.statements.entries.all(after, to, limit).map((row) => ({
    seq: Number(row['seq']),
    encoding: row['encoding'] as OtlpEncoding,
    contentType: String(row['content_type']),
    spans: Number(row['spans']),
    bytes: Number(row['bytes']),
  }));
}

/**
 * The body of a request as received.
 *
 * @throws {CollectorError} `ERR_INBOX_BODY` when it differs from the stored one or is missing; the error of SQLite when
 *   the disk does not answer
 */
export function readBody(file: InboxFile, seq: number): Uint8Array {
  const kept = readKept(file, seq);
  if (kept === undefined) throw unreadable(seq, 'it is missing');
  const { packed, checksum } = kept;
  if (checksum !== undefined && crc32(packed.bytes) !== checksum) {
    throw unreadable(seq, 'its checksum does not match');
  }
  try {
    return unpack(packed);
  } catch (error) {
    throw unreadable(seq, messageOf(error), error);
  }
}

interface Kept {
  readonly packed: Packed;
  readonly checksum: number | undefined;
}

function readKept({ statements }: InboxFile, seq: number): Kept | undefined {
  let row: Record<string, unknown> | undefined;
  try {
    row = statements.body.get(seq);
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_CORRUPT) throw error;
    throw unreadable(seq, messageOf(error), error);
  }
  if (row === undefined) return undefined;
  const { body, packing, checksum } = row;
  return {
    packed: { bytes: body as Uint8Array, packing: packing as Packing },
    checksum: typeof checksum === 'number' ? checksum : undefined,
  };
}

/**
 * A request as a dead letter; an unreadable body keeps its stored form.
 *
 * @throws {Error} when it no longer exists
 */
export function readLetter(file: InboxFile, seq: number, reason: string): Refused {
  const row = file.statements.request.get(seq);
  if (row === undefined) throw notThere(seq);
  return {
    seq,
    reason,
    receivedAtMillis: Number(row['received_at']),
    encoding: row['encoding'] as OtlpEncoding,
    contentType: String(row['content_type']),
    spans: Number(row['spans']),
    ...bodyOf(file, seq),
  };
}

function bodyOf(file: InboxFile, seq: number): Pick<Refused, 'body' | 'isRaw'> {
  try {
    return { body: readBody(file, seq) };
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error;
  }
  try {
    return { body: readKept(file, seq)?.packed.bytes ?? new Uint8Array(), isRaw: true };
  } catch {
    return { body: new Uint8Array(), isRaw: true };
  }
}

/** The highest number a request ever had; 0 for none. */
export function newestSeq({ database }: InboxFile): number {
  const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'requests'").get()?.['seq'];
  return Number(last ?? 0);
}

/** Bytes of all requests on disk, and the newest time in the file in ms since the epoch; 0 in an empty one. */
export function measureFile({ database }: InboxFile): { storedBytes: number; newestMillis: number } {
  const requests = database
    .prepare(
      `SELECT coalesce(sum(stored_bytes + ${ROW_BYTES}), 0) AS bytes, max(received_at) AS newest FROM requests`,
    )
    .get();
  const acknowledged = database.prepare('SELECT max(received_at) AS newest FROM acknowledged').get();
  return {
    storedBytes: Number(requests?.['bytes']),
    newestMillis: Math.max(Number(requests?.['newest'] ?? 0), Number(acknowledged?.['newest'] ?? 0)),
  };
}

function unreadable(seq: number, why: string, cause?: unknown): CollectorError {
  const message = `the body of request ${seq} in the inbox cannot be read: ${why}`;
  return new CollectorError('ERR_INBOX_BODY', message, { cause });
}

function notThere(seq: number): Error {
  return new Error(`request ${seq} is not in the inbox`);
}
