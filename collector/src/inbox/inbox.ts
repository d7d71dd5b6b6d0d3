import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CollectorError } from '../errors.ts';
import type { OtlpEncoding, TraceRequestSummary } from '../otlp/index.ts';
import type { Pending } from './cursors.ts';
import { Cursors, STORE_CONSUMER } from './cursors.ts';
import { DeadLetters } from './dead-letters.ts';
import { FreeSpace } from './free-space.ts';
import { openInboxFile } from './schema.ts';
import type { Statements } from './statements.ts';
import { prepareStatements } from './statements.ts';

export interface InboxOptions {
  /** The SQLite file; made if absent. */
  readonly path: string;
  /** Names of the forwarders, each with a cursor of its own. Default none. */
  readonly forwarders?: readonly string[];
  /** Bound of all requests kept. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Free bytes the file system must keep. Default 256 MiB. */
  readonly minFreeBytes?: number;
  /** Told when something was lost for a forwarder, with the number of requests. */
  readonly onDropped?: (consumer: string, requests: number, why: string) => void;
}

export interface InboxRequest {
  readonly body: Uint8Array;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  readonly summary: TraceRequestSummary;
}

/** A request in the inbox, without its body. */
export interface InboxEntry {
  readonly seq: number;
  readonly encoding: OtlpEncoding;
  readonly contentType: string;
  readonly spans: number;
  readonly bytes: number;
}

interface Waiting extends InboxRequest {
  readonly hash: Buffer;
  readonly resolve: (summary: TraceRequestSummary) => void;
  readonly reject: (error: CollectorError) => void;
}

const DEFAULT_MAX_BYTES = 1024 ** 3;
const DEFAULT_MIN_FREE_BYTES = 256 * 1024 ** 2;
/** What a row costs beside its body. */
const ROW_BYTES = 256;
const COMMIT_BYTES = 16 * 1024 ** 2;
const TRIM_ROWS = 256;
const VACUUM_PAGES = 256;
/** Free pages kept in the file for the next requests: 32 MiB. */
const KEPT_FREE_PAGES = 8192;
/** A client that lost its answer sends again within minutes; then its hash is forgotten. */
const RESEND_WINDOW_MILLIS = 15 * 60_000;
const RESEND_WINDOW_REQUESTS = 100_000;
const MAX_CONTENT_TYPE_CHARS = 200;

/**
 * Requests on disk between the answer to the client and the store. `append` resolves after the commit that holds the
 * request; all appends that wait share one commit. Every consumer has a cursor; a request goes when all are past it.
 */
export class Inbox {
  /** Random name of this file, part of every insert token. */
  readonly id: string;
  readonly cursors: Cursors;
  readonly deadLetters: DeadLetters;
  readonly #database: DatabaseSync;
  readonly #options: InboxOptions;
  readonly #maxBytes: number;
  readonly #freeSpace: FreeSpace;
  readonly #statements: Statements;
  readonly #waitingByHash = new Map<string, Promise<TraceRequestSummary>>();
  #waiting: Waiting[] = [];
  readonly #listeners = new Set<() => void>();
  #waitingBytes = 0;
  #storedBytes: number;
  /** Hashes kept against resends. */
  #remembered: number;
  #flushScheduled = false;
  #trimScheduled = false;
  #failure: string | undefined;
  #isShrinking = false;
  #closed = false;

  /** @throws {CollectorError} `ERR_DATA_DIR` when the file cannot be opened. */
  constructor(options: InboxOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#database = openInboxFile(options.path);
    this.#freeSpace = new FreeSpace(dirname(options.path));
    this.#statements = prepareStatements(this.#database);
    this.id = String(
      this.#database.prepare("SELECT value FROM meta WHERE key = 'inbox_id'").get()?.['value'],
    );
    this.cursors = new Cursors(this.#database, [STORE_CONSUMER, ...(options.forwarders ?? [])]);
    this.deadLetters = new DeadLetters(this.#database, Math.floor(this.#maxBytes / 8));
    const size = this.#database
      .prepare(`SELECT coalesce(sum(bytes + ${ROW_BYTES}), 0) AS bytes FROM requests`)
      .get();
    this.#storedBytes = Number(size?.['bytes']);
    this.#remembered = Number(this.#database.prepare('SELECT count(*) AS n FROM acknowledged').get()?.['n']);
    this.#scheduleTrim();
  }

  /** Why the last write failed, until one succeeds. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * Keeps a request. The same bytes sent again within 15 minutes are answered as before and kept once.
   *
   * @throws {CollectorError} 503: `ERR_INBOX_FULL` at a bound, `ERR_INBOX_UNAVAILABLE` when the disk fails.
   */
  async append(request: InboxRequest): Promise<TraceRequestSummary> {
    if (this.#closed) throw unavailable('the collector is stopping', 1);
    const hash = createHash('sha256').update(request.encoding).update('\0').update(request.body).digest();
    const key = hash.toString('latin1');
    const before = this.#acknowledged(hash) ?? this.#waitingByHash.get(key);
    if (before !== undefined) return before;
    const sizeBytes = request.body.byteLength + ROW_BYTES;
    this.#checkRoom(sizeBytes);
    const promise = new Promise<TraceRequestSummary>((resolve, reject) => {
      this.#waiting.push({ ...request, hash, resolve, reject });
    });
    this.#waitingByHash.set(key, promise);
    this.#waitingBytes += sizeBytes;
    if (this.#waitingBytes >= COMMIT_BYTES) this.flush();
    else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => this.flush());
    }
    return promise;
  }

  /** Commits everything that waits, in one transaction. */
  flush(): void {
    this.#flushScheduled = false;
    const group = this.#waiting;
    const groupBytes = this.#waitingBytes;
    if (group.length === 0) return;
    this.#waiting = [];
    this.#waitingByHash.clear();
    this.#waitingBytes = 0;
    const now = Date.now();
    try {
      this.#transaction(() => {
        for (const request of group) this.#insert(request, now);
      });
    } catch (error) {
      const message = `the inbox cannot write: ${messageOf(error)}`;
      for (const request of group) request.reject(unavailable(message, 5, error));
      return;
    }
    this.#storedBytes += groupBytes;
    this.#remembered += group.length;
    this.#freeSpace.spend(groupBytes);
    for (const request of group) {
      this.cursors.added(request.body.byteLength);
      request.resolve(request.summary);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after every commit of new requests. Returns the way to stop that. */
  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Requests after `after`, up to `to`, oldest first, at most `limit` of them. */
  entries(after: number, to: number, limit: number): InboxEntry[] {
    return this.#statements.entries.all(after, to, limit).map((row) => ({
      seq: Number(row['seq']),
      encoding: row['encoding'] as OtlpEncoding,
      contentType: String(row['content_type']),
      spans: Number(row['spans']),
      bytes: Number(row['bytes']),
    }));
  }

  body(seq: number): Uint8Array {
    const row = this.#statements.body.get(seq);
    if (row === undefined) throw new Error(`request ${seq} is not in the inbox`);
    return row['body'] as Uint8Array;
  }

  /** Puts a consumer's plan on disk before it sends. */
  plan(consumer: string, plannedTo: number): void {
    const { doneTo } = this.cursors.get(consumer);
    this.#transaction(() => this.cursors.save(consumer, { doneTo, plannedTo }));
    this.cursors.apply(consumer, { doneTo, plannedTo });
  }

  /**
   * Marks everything up to `doneTo` as done, with the requests to park for good. Not `durable`, the cursor may come
   * back a little earlier after a power loss, and the consumer sends some again.
   */
  advance(
    consumer: string,
    doneTo: number,
    parked: ReadonlyMap<number, string> = new Map(),
    durable = true,
  ): void {
    const { plannedTo } = this.cursors.get(consumer);
    let dropped = 0;
    this.#transaction(() => {
      for (const [seq, reason] of parked) this.deadLetters.park(consumer, seq, reason);
      if (parked.size > 0 && consumer !== STORE_CONSUMER) dropped = this.deadLetters.dropOldest(consumer);
      this.cursors.save(consumer, { doneTo, plannedTo });
    }, durable);
    this.cursors.apply(consumer, { doneTo, plannedTo });
    if (dropped > 0)
      this.#options.onDropped?.(consumer, dropped, 'too many requests were refused by the target');
    this.#scheduleTrim();
  }

  /** What a consumer has before it, and the age of the oldest of it in ms. */
  pending(consumer: string): Pending & { readonly oldestAgeMs?: number } {
    const pending = this.cursors.pending(consumer);
    const oldest = this.#statements.receivedAt.get(this.cursors.get(consumer).doneTo)?.['received_at'];
    return typeof oldest === 'number'
      ? { ...pending, oldestAgeMs: Math.max(0, Date.now() - oldest) }
      : pending;
  }

  /** True when the next request could be kept; tries a small write when the last one failed. */
  isWritable(): boolean {
    try {
      if (this.#failure !== undefined)
        this.#transaction(() => this.#statements.touch.run(String(Date.now())));
      this.#checkRoom(ROW_BYTES);
      return true;
    } catch {
      return false;
    }
  }

  /** Commits what waits and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#database.close();
  }

  #acknowledged(hash: Buffer): Promise<TraceRequestSummary> | undefined {
    const row = this.#statements.acknowledged.get(hash);
    if (row === undefined || Number(row['received_at']) < Date.now() - RESEND_WINDOW_MILLIS) return undefined;
    return Promise.resolve({
      spans: Number(row['spans']),
      rejected: Number(row['rejected']),
      message: String(row['message']),
    });
  }

  #insert(request: Waiting, now: number): void {
    const { spans, rejected, message } = request.summary;
    const contentType = request.contentType.slice(0, MAX_CONTENT_TYPE_CHARS);
    const { lastInsertRowid } = this.#statements.insertRequest.run(
      now,
      request.encoding,
      contentType,
      spans,
      request.body.byteLength,
    );
    this.#statements.insertBody.run(lastInsertRowid, request.body);
    this.#statements.acknowledge.run(request.hash, now, spans, rejected, message);
  }

  #checkRoom(sizeBytes: number): void {
    const minFreeBytes = this.#options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES;
    const isFull = (): boolean => this.#storedBytes + this.#waitingBytes + sizeBytes > this.#maxBytes;
    if (isFull()) this.#skipForwarders(sizeBytes);
    if (isFull()) throw full(`the inbox holds its limit of ${this.#maxBytes} bytes`);
    let freeBytes: number;
    try {
      freeBytes = this.#freeSpace.bytes();
    } catch (error) {
      throw unavailable(`the inbox's file system does not answer: ${messageOf(error)}`, 5, error);
    }
    if (freeBytes - this.#waitingBytes - sizeBytes >= minFreeBytes) return;
    this.#skipForwarders(sizeBytes);
    throw full(`less than ${minFreeBytes} bytes are free on the inbox's file system`);
  }

  /** A dead forward target must not stop the intake: it loses the oldest requests the store has already. */
  #skipForwarders(sizeBytes: number): void {
    const storeDone = this.cursors.get(STORE_CONSUMER).doneTo;
    const wantedBytes = sizeBytes + this.#maxBytes / 16;
    let freedBytes = 0;
    let skipTo = 0;
    for (const entry of this.#statements.sizes.iterate(this.cursors.lowestDone(), storeDone)) {
      freedBytes += Number(entry['bytes']) + ROW_BYTES;
      skipTo = Number(entry['seq']);
      if (freedBytes >= wantedBytes) break;
    }
    for (const consumer of this.cursors.forwarders()) {
      if (this.cursors.get(consumer).doneTo >= skipTo) continue;
      const before = this.cursors.pending(consumer).requests;
      this.advance(consumer, skipTo);
      const skipped = before - this.cursors.pending(consumer).requests;
      this.#options.onDropped?.(consumer, skipped, 'the inbox is full');
    }
    while (this.#trimStep());
  }

  #scheduleTrim(): void {
    if (this.#trimScheduled || this.#closed) return;
    this.#trimScheduled = true;
    setImmediate(() => {
      this.#trimScheduled = false;
      if (!this.#closed && this.#trimStep()) this.#scheduleTrim();
    });
  }

  /** Deletes a few rows nobody needs and gives some pages back; true when there is more to do. */
  #trimStep(): boolean {
    const { lowest, bytes, last } = this.#trimRange();
    try {
      const more = this.#transaction(() => (last === undefined ? this.#tidy() : this.#delete(last)), false);
      this.#storedBytes -= bytes;
      if (!more && this.#isShrinking) {
        this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)'); // the file ends where the checkpoint says
        this.#isShrinking = false;
      }
      return last === undefined ? more : last < lowest || more;
    } catch {
      return false; // the next advance tries again
    }
  }

  #delete(last: number): boolean {
    this.#statements.deleteBodies.run(last);
    this.#statements.deleteRequests.run(last);
    return true;
  }

  /** Forgets old hashes and gives some free pages back to the file system. */
  #tidy(): boolean {
    const oldest = Date.now() - RESEND_WINDOW_MILLIS;
    this.#remembered -= Number(this.#statements.forgetOld.run(oldest, TRIM_ROWS).changes);
    if (this.#remembered > RESEND_WINDOW_REQUESTS) {
      this.#remembered -= Number(this.#statements.forgetMany.run(TRIM_ROWS).changes);
    }
    const freePages = Number(this.#statements.freePages.get()?.['freelist_count']);
    if (freePages <= (this.#isSpaceTight() ? 0 : KEPT_FREE_PAGES)) return false;
    this.#database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    this.#isShrinking = true;
    return true;
  }

  /** On a nearly full disk free pages are worth more outside: what is appended goes to the log first. */
  #isSpaceTight(): boolean {
    const minFreeBytes = this.#options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES;
    return this.#freeSpace.bytes() < 2 * minFreeBytes + 4 * COMMIT_BYTES;
  }

  #trimRange(): { lowest: number; bytes: number; last: number | undefined } {
    const lowest = this.cursors.lowestDone();
    let bytes = 0;
    let last: number | undefined;
    for (const row of this.#statements.oldest.all(lowest, TRIM_ROWS)) {
      last = Number(row['seq']);
      bytes += Number(row['bytes']) + ROW_BYTES;
    }
    return { lowest, bytes, last };
  }

  /** All or nothing. Not `durable`, the commit is in order with the others but not yet synced. */
  #transaction<T>(work: () => T, durable = true): T {
    if (!durable) this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#database.exec('COMMIT');
      this.#failure = undefined;
      return result;
    } catch (error) {
      this.#failure = messageOf(error);
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    } finally {
      if (!durable) this.#database.exec('PRAGMA synchronous = FULL');
    }
  }
}

function full(message: string): CollectorError {
  return new CollectorError('ERR_INBOX_FULL', message, { statusCode: 503, retryAfterSeconds: 5 });
}

function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): CollectorError {
  return new CollectorError('ERR_INBOX_UNAVAILABLE', message, { statusCode: 503, retryAfterSeconds, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
