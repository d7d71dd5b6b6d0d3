import { dirname, join } from 'node:path';
import type { CollectorError } from '../errors.ts';
import type { OtlpEncoding, TraceRequestSummary } from '../otlp/index.ts';
import type { Pending } from './cursors.ts';
import { Cursors, STORE_CONSUMER } from './cursors.ts';
import type { Refused } from './dead-letters.ts';
import { DeadLetters } from './dead-letters.ts';
import { InboxFile, messageOf } from './inbox-file.ts';
import { moveDeadLetters } from './move-dead-letters.ts';
import type { Packed, Packing } from './packing.ts';
import { pack, unpack } from './packing.ts';
import { hashOf, Resends } from './resends.ts';
import { Room, ROW_BYTES, unavailable } from './room.ts';
import { SteadyClock } from './steady-clock.ts';
import { Trimmer } from './trimmer.ts';

export interface InboxOptions {
  /** The SQLite file; made if absent. Dead letters go to the folder `dead-letters` beside it. */
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

/** How full it is. */
export interface InboxSpace {
  /** On disk, of all requests kept for the store or a forwarder; bodies are compressed. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Of the file system; absent when it does not say. */
  readonly freeDiskBytes?: number;
}

interface Waiting extends Omit<InboxRequest, 'body'> {
  /** Of the request, as it came. */
  readonly bytes: number;
  readonly packed: Packed;
  readonly hash: Buffer;
  readonly resolve: (summary: TraceRequestSummary) => void;
  readonly reject: (error: CollectorError) => void;
}

const DEFAULT_MAX_BYTES = 1024 ** 3;
const DEFAULT_MIN_FREE_BYTES = 256 * 1024 ** 2;
const COMMIT_BYTES = 16 * 1024 ** 2;
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
  readonly #options: InboxOptions;
  readonly #file: InboxFile;
  readonly #clock: SteadyClock;
  readonly #room: Room;
  readonly #resends: Resends;
  readonly #trimmer: Trimmer;
  readonly #waitingByHash = new Map<string, Promise<TraceRequestSummary>>();
  #waiting: Waiting[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #dropped = new Map<string, number>();
  #flushScheduled = false;
  #closed = false;

  /** @throws {CollectorError} `ERR_DATA_DIR` when the file cannot be opened. */
  constructor(options: InboxOptions) {
    const { path, forwarders = [], maxBytes = DEFAULT_MAX_BYTES } = options;
    this.#options = options;
    this.#file = new InboxFile(path);
    this.id = String(this.#file.meta('inbox_id'));
    const { storedBytes, newestMillis } = this.#measure();
    this.#clock = new SteadyClock(newestMillis);
    this.#room = new Room({
      directory: dirname(path),
      maxBytes,
      minFreeBytes: options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES,
      storedBytes,
    });
    this.#resends = new Resends(this.#file, this.#clock);
    this.cursors = new Cursors(this.#file.database, [STORE_CONSUMER, ...forwarders]);
    this.deadLetters = new DeadLetters(join(dirname(path), 'dead-letters'), Math.floor(maxBytes / 8));
    moveDeadLetters(this.#file, this.deadLetters);
    this.#trimmer = new Trimmer({
      file: this.#file,
      cursors: this.cursors,
      room: this.#room,
      resends: this.#resends,
      commitBytes: COMMIT_BYTES,
    });
    this.#trimmer.schedule();
  }

  /** Why the last write failed, until one succeeds. */
  get failure(): string | undefined {
    return this.#file.failure;
  }

  /**
   * Keeps a request. The same bytes sent again within 15 minutes are answered as before and kept once.
   *
   * @throws {CollectorError} 503: `ERR_INBOX_FULL` at a bound, `ERR_INBOX_UNAVAILABLE` when the disk fails.
   */
  async append(request: InboxRequest): Promise<TraceRequestSummary> {
    if (this.#closed) throw unavailable('the collector is stopping', 1);
    const hash = hashOf(request.encoding, request.body);
    const key = hash.toString('latin1');
    const before = this.#resends.find(hash) ?? this.#waitingByHash.get(key);
    if (before !== undefined) return before;
    const { body, ...facts } = request;
    const packed = pack(body);
    const sizeBytes = packed.bytes.byteLength + ROW_BYTES;
    this.#checkRoom(sizeBytes);
    const promise = new Promise<TraceRequestSummary>((resolve, reject) => {
      this.#waiting.push({ ...facts, bytes: body.byteLength, packed, hash, resolve, reject });
    });
    this.#waitingByHash.set(key, promise);
    this.#room.take(sizeBytes);
    if (this.#room.waitingBytes >= COMMIT_BYTES) this.flush();
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
    if (group.length === 0) return;
    const groupBytes = this.#room.waitingBytes;
    this.#waiting = [];
    this.#waitingByHash.clear();
    const now = this.#clock.now();
    const seqs: number[] = [];
    try {
      this.#file.transaction(() => {
        for (const request of group) seqs.push(this.#insert(request, now));
      });
    } catch (error) {
      this.#room.settle(groupBytes, false);
      const message = `the inbox cannot write: ${messageOf(error)}`;
      for (const request of group) request.reject(unavailable(message, 5, error));
      return;
    }
    this.#room.settle(groupBytes, true);
    this.#resends.remembered(group.length);
    for (const [index, request] of group.entries()) {
      this.cursors.added(request.bytes);
      request.onKept?.(seqs[index] as number);
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
    return this.#file.statements.entries.all(after, to, limit).map((row) => ({
      seq: Number(row['seq']),
      encoding: row['encoding'] as OtlpEncoding,
      contentType: String(row['content_type']),
      spans: Number(row['spans']),
      bytes: Number(row['bytes']),
    }));
  }

  body(seq: number): Uint8Array {
    const row = this.#file.statements.body.get(seq);
    if (row === undefined) throw new Error(`request ${seq} is not in the inbox`);
    return unpack({ bytes: row['body'] as Uint8Array, packing: row['packing'] as Packing });
  }

  /** Puts a consumer's plan on disk before it sends. */
  plan(consumer: string, plannedTo: number): void {
    const { doneTo } = this.cursors.get(consumer);
    this.#file.transaction(() => this.cursors.save(consumer, { doneTo, plannedTo }));
    this.cursors.apply(consumer, { doneTo, plannedTo });
  }

  /**
   * Marks everything up to `doneTo` as done, after the requests to park for good are in their file. Not `durable`, the
   * cursor may come back a little earlier after a power loss, and the consumer sends some again.
   */
  advance(
    consumer: string,
    doneTo: number,
    parked: ReadonlyMap<number, string> = new Map(),
    durable = true,
  ): void {
    const { plannedTo } = this.cursors.get(consumer);
    if (parked.size > 0) {
      const letters = [...parked].map(([seq, reason]) => this.#letter(seq, reason));
      this.deadLetters.park(consumer, letters);
      this.boundDeadLetters(consumer);
    }
    this.#file.transaction(() => this.cursors.save(consumer, { doneTo, plannedTo }), durable);
    this.cursors.apply(consumer, { doneTo, plannedTo });
    this.#trimmer.schedule();
  }

  /** What a consumer has before it, and the age of the oldest of it in ms. */
  pending(consumer: string): Pending & { readonly oldestAgeMs?: number } {
    const pending = this.cursors.pending(consumer);
    const oldest = this.#file.statements.receivedAt.get(this.cursors.get(consumer).doneTo)?.['received_at'];
    return typeof oldest === 'number'
      ? { ...pending, oldestAgeMs: Math.max(0, this.#clock.now() - oldest) }
      : pending;
  }

  /** Drops the oldest dead letters beyond the bound; never those of the store, which stops before its place is full. */
  boundDeadLetters(consumer: string): void {
    if (consumer === STORE_CONSUMER) return;
    const dropped = this.deadLetters.dropOldest(consumer);
    if (dropped > 0) this.#drop(consumer, dropped, 'too many requests were refused by the target');
  }

  /** Requests a consumer lost since the start, to the bound of the inbox or of its dead letters. */
  dropped(consumer: string): number {
    return this.#dropped.get(consumer) ?? 0;
  }

  space(): InboxSpace {
    const { storedBytes, maxBytes, freeBytes } = this.#room;
    return { bytes: storedBytes, maxBytes, ...(freeBytes !== undefined && { freeDiskBytes: freeBytes }) };
  }

  /** True when the next request could be kept; tries a small write when the last one failed. */
  isWritable(): boolean {
    try {
      if (this.failure !== undefined)
        this.#file.transaction(() => this.#file.statements.touch.run(String(Date.now())));
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
    this.#trimmer.close();
    this.#file.close();
  }

  #measure(): { storedBytes: number; newestMillis: number } {
    const { database } = this.#file;
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

  #insert(request: Waiting, now: number): number {
    const { insertRequest, insertBody } = this.#file.statements;
    const contentType = request.contentType.slice(0, MAX_CONTENT_TYPE_CHARS);
    const { lastInsertRowid } = insertRequest.run(
      now,
      request.encoding,
      contentType,
      request.summary.spans,
      request.bytes,
      request.packed.bytes.byteLength,
    );
    insertBody.run(lastInsertRowid, request.packed.bytes, request.packed.packing);
    this.#resends.remember(request.hash, request.summary, now);
    return Number(lastInsertRowid);
  }

  #letter(seq: number, reason: string): Refused {
    const row = this.#file.statements.request.get(seq);
    if (row === undefined) throw new Error(`request ${seq} is not in the inbox`);
    return {
      seq,
      reason,
      receivedAtMillis: Number(row['received_at']),
      encoding: row['encoding'] as OtlpEncoding,
      contentType: String(row['content_type']),
      spans: Number(row['spans']),
      body: this.body(seq),
    };
  }

  #drop(consumer: string, requests: number, why: string): void {
    this.#dropped.set(consumer, this.dropped(consumer) + requests);
    this.#options.onDropped?.(consumer, requests, why);
  }

  #checkRoom(sizeBytes: number): void {
    this.#room.check(sizeBytes, () => this.#skipForwarders(sizeBytes));
  }

  /** A dead forward target must not stop the intake: it loses the oldest requests the store has already. */
  #skipForwarders(sizeBytes: number): void {
    const storeDone = this.cursors.get(STORE_CONSUMER).doneTo;
    const wantedBytes = sizeBytes + this.#room.maxBytes / 16;
    let freedBytes = 0;
    let skipTo = 0;
    for (const entry of this.#file.statements.sizes.iterate(this.cursors.lowestDone(), storeDone)) {
      freedBytes += Number(entry['stored_bytes']) + ROW_BYTES;
      skipTo = Number(entry['seq']);
      if (freedBytes >= wantedBytes) break;
    }
    for (const consumer of this.cursors.forwarders()) {
      if (this.cursors.get(consumer).doneTo >= skipTo) continue;
      const before = this.cursors.pending(consumer).requests;
      this.advance(consumer, skipTo);
      this.#drop(consumer, before - this.cursors.pending(consumer).requests, 'the inbox is full');
    }
    while (this.#trimmer.step());
  }
}
