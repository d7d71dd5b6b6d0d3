import { createHash } from 'node:crypto';
import type { OtlpEncoding, TraceRequestSummary } from '../otlp/index.ts';
import type { InboxFile } from './inbox-file.ts';
import type { Packed } from './packing.ts';
import type { SteadyClock } from './steady-clock.ts';

/** A client that missed the answer sends again within minutes; after this time its hash is forgotten. */
const WINDOW_MILLIS = 15 * 60_000;
const WINDOW_REQUESTS = 100_000;
const FORGET_ROWS = 256;

/** Hashes of all requests acknowledged in the last 15 minutes: identical bytes are not a new request. */
export class Resends {
  readonly #file: InboxFile;
  readonly #clock: SteadyClock;
  #remembered: number;

  constructor(file: InboxFile, clock: SteadyClock) {
    this.#file = file;
    this.#clock = clock;
    this.#remembered = Number(file.database.prepare('SELECT count(*) AS n FROM acknowledged').get()?.['n']);
  }

  /** The client's first answer; undefined for new bytes. */
  find(hash: Buffer): TraceRequestSummary | undefined {
    const row = this.#file.statements.acknowledged.get(hash);
    if (row === undefined || Number(row['received_at']) < this.#clock.now() - WINDOW_MILLIS) return undefined;
    return {
      spans: Number(row['spans']),
      rejected: Number(row['rejected']),
      message: String(row['message']),
    };
  }

  /** Part of the transaction that keeps the request. */
  remember(hash: Buffer, { spans, rejected, message }: TraceRequestSummary, now: number): void {
    this.#file.statements.acknowledge.run(hash, now, spans, rejected, message);
  }

  /** Called after that transaction. */
  remembered(requests: number): void {
    this.#remembered += requests;
  }

  /** Forgets a few that are too old or too many, within the open transaction. */
  forgetSome(): void {
    const { forgetOld, forgetMany } = this.#file.statements;
    this.#remembered -= Number(forgetOld.run(this.#clock.now() - WINDOW_MILLIS, FORGET_ROWS).changes);
    if (this.#remembered <= WINDOW_REQUESTS) return;
    this.#remembered -= Number(forgetMany.run(FORGET_ROWS).changes);
  }
}

/**
 * Identifies a request. The hash is of the packed bytes, which are a fifteenth of the original and equal for equal
 * bodies. If an upgrade of Node changes the compression, resends are not recognised for these 15 minutes; the store
 * still takes them once.
 */
export function hashOf(encoding: OtlpEncoding, { bytes, packing }: Packed): Buffer {
  return createHash('sha256').update(`${encoding} ${packing}\0`).update(bytes).digest();
}
