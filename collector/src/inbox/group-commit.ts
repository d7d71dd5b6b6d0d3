import { crc32 } from 'node:zlib';
import type { CollectorError } from '../errors/errors.ts';
import type { TraceRequestSummary } from '../otlp/index.ts';
import type { InboxFile } from './inbox-file.ts';
import { messageOf } from './inbox-file.ts';
import type { Packed } from './packing.ts';
import { pack } from './packing.ts';
import type { InboxRequest } from './requests.ts';
import type { Resends } from './resends.ts';
import { hashOf } from './resends.ts';
import type { Room } from './room.ts';
import { ROW_BYTES } from './room.ts';
import type { SteadyClock } from './steady-clock.ts';
import { unavailable } from './unavailable.ts';

export interface GroupCommitParts {
  readonly file: InboxFile;
  readonly clock: SteadyClock;
  readonly room: Room;
  readonly resends: Resends;
  /** @throws {CollectorError} 503 when there is no room for this many bytes */
  readonly checkRoom: (sizeBytes: number) => void;
  /** Called for each request that was kept, with its length. */
  readonly onAdded: (bytes: number) => void;
}

interface Waiting extends Omit<InboxRequest, 'body'> {
  /** Length of the request as received. */
  readonly bytes: number;
  readonly packed: Packed;
  readonly hash: Buffer;
  readonly resolve: (summary: TraceRequestSummary) => void;
  readonly reject: (error: CollectorError) => void;
}

/** Waiting requests are committed at once when they reach this size. */
export const COMMIT_BYTES = 16 * 1024 ** 2;
const MAX_CONTENT_TYPE_CHARS = 200;

/** The writer of the inbox: all waiting appends share one commit, and with it one fsync. */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  readonly #waitingByHash = new Map<string, Promise<TraceRequestSummary>>();
  readonly #listeners = new Set<() => void>();
  #waiting: Waiting[] = [];
  #flushScheduled = false;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
  }

  /** Resolves after the commit that holds the request. */
  async append(request: InboxRequest): Promise<TraceRequestSummary> {
    const { resends, room, checkRoom } = this.#parts;
    const { body, ...facts } = request;
    const packed = pack(body);
    const hash = hashOf(request.encoding, packed);
    const key = hash.toString('latin1');
    const before = resends.find(hash) ?? this.#waitingByHash.get(key);
    if (before !== undefined) return before;
    const sizeBytes = packed.bytes.byteLength + ROW_BYTES;
    checkRoom(sizeBytes);
    const promise = new Promise<TraceRequestSummary>((resolve, reject) => {
      this.#waiting.push({ ...facts, bytes: body.byteLength, packed, hash, resolve, reject });
    });
    this.#waitingByHash.set(key, promise);
    room.take(sizeBytes);
    if (room.waitingBytes >= COMMIT_BYTES) this.flush();
    else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(() => this.flush());
    }
    return promise;
  }

  /** Commits all waiting requests, in one transaction. */
  flush(): void {
    this.#flushScheduled = false;
    const group = this.#waiting;
    if (group.length === 0) return;
    const { file, clock, room, resends, onAdded } = this.#parts;
    const groupBytes = room.waitingBytes;
    this.#waiting = [];
    this.#waitingByHash.clear();
    const now = clock.now();
    const seqs: number[] = [];
    try {
      file.transaction(() => {
        for (const request of group) seqs.push(this.#insert(request, now));
      });
    } catch (error) {
      room.settle(groupBytes, false);
      const message = `the inbox cannot write: ${messageOf(error)}`;
      for (const request of group) request.reject(unavailable(message, 5, error));
      return;
    }
    room.settle(groupBytes, true);
    resends.remembered(group.length);
    for (const [index, request] of group.entries()) {
      onAdded(request.bytes);
      request.onKept?.(seqs[index] as number);
      request.resolve(request.summary);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after every commit. Returns a function that unsubscribes. */
  onCommitted(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #insert(request: Waiting, now: number): number {
    const { file, resends } = this.#parts;
    const { insertRequest, insertBody } = file.statements;
    const contentType = request.contentType.slice(0, MAX_CONTENT_TYPE_CHARS);
    const { lastInsertRowid } = insertRequest.run(
      now,
      request.encoding,
      contentType,
      request.summary.spans,
      request.bytes,
      request.packed.bytes.byteLength,
    );
    const { bytes, packing } = request.packed;
    insertBody.run(lastInsertRowid, bytes, packing, crc32(bytes));
    resends.remember(request.hash, request.summary, now);
    return Number(lastInsertRowid);
  }
}
