import type { OtlpEncoding, TraceRequestSummary } from '../otlp/index.ts';
import type { Refused } from './dead-letters.ts';
import type { InboxFile } from './inbox-file.ts';
import type { Packing } from './packing.ts';
import { unpack } from './packing.ts';
import { ROW_BYTES } from './room.ts';

export interface InboxRequest {
  readonly body: Uint8Array;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  readonly summary: TraceRequestSummary;
  /** Told the number it is kept under once the commit is done; never for one that was sent before. */
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

/** The body of a request as it came. @throws {Error} when it is not there any more */
export function readBody(file: InboxFile, seq: number): Uint8Array {
  const row = file.statements.body.get(seq);
  if (row === undefined) throw notThere(seq);
  return unpack({ bytes: row['body'] as Uint8Array, packing: row['packing'] as Packing });
}

/** A request as it goes to the dead letters. @throws {Error} when it is not there any more */
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
    body: readBody(file, seq),
  };
}

/** Bytes of all requests on disk, and the newest time in the file, ms since the epoch; 0 in an empty one. */
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

function notThere(seq: number): Error {
  return new Error(`request ${seq} is not in the inbox`);
}
