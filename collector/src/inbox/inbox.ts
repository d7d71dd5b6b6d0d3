import { dirname, join } from 'node:path';
import type { TraceRequestSummary } from '../otlp/index.ts';
import type { Pending } from './cursors.ts';
import { Cursors, STORE_CONSUMER } from './cursors.ts';
import { DeadLetters } from './dead-letters.ts';
import { COMMIT_BYTES, GroupCommit } from './group-commit.ts';
import { InboxFile } from './inbox-file.ts';
import { isThere, lossOf, writeMark } from './inbox-mark.ts';
import { Losses } from './losses.ts';
import { moveDeadLetters } from './move-dead-letters.ts';
import type { InboxEntry, InboxRequest } from './requests.ts';
import { measureFile, newestSeq, readBody, readEntries, readLetter } from './requests.ts';
import { Resends } from './resends.ts';
import { Room, ROW_BYTES } from './room.ts';
import { SteadyClock } from './steady-clock.ts';
import { Trimmer } from './trimmer.ts';
import { unavailable } from './unavailable.ts';

export interface InboxOptions {
  /** The SQLite file; created if absent. Dead letters go to the folder `dead-letters` beside it. */
  readonly path: string;
  /** Names of the forwarders; each has its own cursor. Default none. */
  readonly forwarders?: readonly string[];
  /** Forwarders that are not named keep their cursor, for the next collector that names them. Default: they lose it. */
  readonly keepsOthers?: boolean;
  /** Maximum size of all requests kept. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Free bytes the file system must keep. Default 256 MiB. */
  readonly minFreeBytes?: number;
  /** Called at the start if the inbox has changed since it was last open. */
  readonly warn?: (message: string) => void;
  /** Called when a forwarder lost requests, with their number. */
  readonly onDropped?: (consumer: string, requests: number, why: string) => void;
}

/** Fill level of the inbox. */
export interface InboxSpace {
  /** Bytes on disk of all requests kept for the store or a forwarder; bodies are compressed. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Free bytes of the file system; absent when unknown. */
  readonly freeDiskBytes?: number;
}

const DEFAULT_MAX_BYTES = 1024 ** 3;
const DEFAULT_MIN_FREE_BYTES = 256 * 1024 ** 2;

/**
 * Requests on disk between the answer to the client and the store. `append` resolves after the commit that holds the
 * request; all waiting appends share one commit. Every consumer has a cursor; a request is deleted once all cursors are
 * past it.
 */
export class Inbox {
  /** Random name of this file, part of every insert token. */
  readonly id: string;
  readonly cursors: Cursors;
  readonly deadLetters: DeadLetters;
  readonly #path: string;
  readonly #file: InboxFile;
  readonly #clock: SteadyClock;
  readonly #room: Room;
  readonly #commits: GroupCommit;
  readonly #trimmer: Trimmer;
  readonly #losses: Losses;
  #closed = false;

  /** @throws {CollectorError} `ERR_DATA_DIR` when the file cannot be opened. */
  constructor(options: InboxOptions) {
    const { path, forwarders = [], keepsOthers, maxBytes = DEFAULT_MAX_BYTES, onDropped, warn } = options;
    this.#path = path;
    const wasThere = isThere(path);
    const file = new InboxFile(path);
    this.#file = file;
    try {
      this.id = String(file.meta('inbox_id'));
      const { storedBytes, newestMillis } = measureFile(file);
      this.#clock = new SteadyClock(newestMillis);
      this.#room = new Room({
        directory: dirname(path),
        maxBytes,
        minFreeBytes: options.minFreeBytes ?? DEFAULT_MIN_FREE_BYTES,
        storedBytes,
      });
      const resends = new Resends(file, this.#clock);
      this.cursors = new Cursors(file.database, [STORE_CONSUMER, ...forwarders], keepsOthers);
      this.#compareWithMark(wasThere, warn);
      this.deadLetters = new DeadLetters(join(dirname(path), 'dead-letters'), Math.floor(maxBytes / 8));
      moveDeadLetters(file, this.deadLetters);
      this.#commits = new GroupCommit({
        file,
        clock: this.#clock,
        room: this.#room,
        resends,
        checkRoom: (sizeBytes) => this.#checkRoom(sizeBytes),
        onAdded: (bytes) => this.cursors.added(bytes),
      });
      this.#losses = new Losses({
        file,
        cursors: this.cursors,
        deadLetters: this.deadLetters,
        advance: (consumer, doneTo) => this.advance(consumer, doneTo),
        ...(onDropped && { onDropped }),
      });
      this.#trimmer = new Trimmer({
        file,
        cursors: this.cursors,
        room: this.#room,
        resends,
        commitBytes: COMMIT_BYTES,
      });
      this.#trimmer.schedule();
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Why the last write failed, until one succeeds. */
  get failure(): string | undefined {
    return this.#file.failure;
  }

  /**
   * Keeps a request. Identical bytes sent again within 15 minutes get the same answer and are kept once.
   *
   * @throws {CollectorError} 503: `ERR_INBOX_FULL` at a limit, `ERR_INBOX_UNAVAILABLE` when the disk fails.
   */
  append(request: InboxRequest): Promise<TraceRequestSummary> {
    if (this.#closed) return Promise.reject(unavailable('the collector is stopping', 1));
    return this.#commits.append(request); // not awaited here: a refusal is known in the same turn
  }

  /** Commits all waiting requests, in one transaction. */
  flush(): void {
    this.#commits.flush();
  }

  /** Calls back after every commit of new requests. Returns a function that unsubscribes. */
  onAppended(listener: () => void): () => void {
    return this.#commits.onCommitted(listener);
  }

  /** Requests after `after`, up to `to`, oldest first, at most `limit` of them. */
  entries(after: number, to: number, limit: number): InboxEntry[] {
    return readEntries(this.#file, after, to, limit);
  }

  body(seq: number): Uint8Array {
    return readBody(this.#file, seq);
  }

  /** Writes a consumer's plan to disk before it sends. */
  plan(consumer: string, plannedTo: number): void {
    const planned = { ...this.cursors.get(consumer), plannedTo, plannedAtMillis: Date.now() };
    this.#file.transaction(() => this.cursors.save(consumer, planned));
    this.cursors.apply(consumer, planned);
  }

  /**
   * Marks everything up to `doneTo` as done, once the parked requests are safely in their file. If not `durable`, the
   * cursor may go back a little after a power loss, and the consumer sends some requests again.
   */
  advance(
    consumer: string,
    doneTo: number,
    parked: ReadonlyMap<number, string> = new Map(),
    durable = true,
  ): void {
    const advanced = { ...this.cursors.get(consumer), doneTo };
    if (parked.size > 0) {
      const letters = [...parked].map(([seq, reason]) => readLetter(this.#file, seq, reason));
      this.deadLetters.park(consumer, letters);
      this.boundDeadLetters(consumer);
    }
    this.#file.transaction(() => this.cursors.save(consumer, advanced), durable);
    this.cursors.apply(consumer, advanced);
    this.#trimmer.schedule();
  }

  /** The pending requests of a consumer, and the age of the oldest in ms. */
  pending(consumer: string): Pending & { readonly oldestAgeMs?: number } {
    const pending = this.cursors.pending(consumer);
    const oldest = this.#file.statements.receivedAt.get(this.cursors.get(consumer).doneTo)?.['received_at'];
    return typeof oldest === 'number'
      ? { ...pending, oldestAgeMs: Math.max(0, this.#clock.now() - oldest) }
      : pending;
  }

  /** Drops the oldest dead letters of a forwarder beyond the limit. */
  boundDeadLetters(consumer: string): void {
    this.#losses.boundDeadLetters(consumer);
  }

  /** Requests that a consumer lost since the start, to the limit of the inbox or of its dead letters. */
  dropped(consumer: string): number {
    return this.#losses.of(consumer);
  }

  space(): InboxSpace {
    const { storedBytes, maxBytes, freeBytes } = this.#room;
    return { bytes: storedBytes, maxBytes, ...(freeBytes !== undefined && { freeDiskBytes: freeBytes }) };
  }

  /** True when the next request could be kept; tries a small write if the last one failed. */
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

  /** Commits all waiting requests and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#trimmer.close();
    writeMark(this.#path, { id: this.id, newestSeq: newestSeq(this.#file) });
    this.#file.close();
  }

  #compareWithMark(wasThere: boolean, warn?: (message: string) => void): void {
    const found = { id: this.id, newestSeq: newestSeq(this.#file) };
    const storedTo = this.cursors.get(STORE_CONSUMER).doneTo;
    const waiting = this.cursors.pending(STORE_CONSUMER).requests;
    const loss = lossOf(this.#path, { ...found, wasThere, storedTo, waiting });
    if (loss !== undefined) warn?.(loss);
    writeMark(this.#path, found);
  }

  #checkRoom(sizeBytes: number): void {
    this.#room.check(sizeBytes, () => {
      this.#losses.skipForwarders(sizeBytes + this.#room.maxBytes / 16);
      while (this.#trimmer.step());
    });
  }
}
