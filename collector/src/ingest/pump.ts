import { setImmediate as nextTurn } from 'node:timers/promises';
import { DeliveryLoop, pause, Redelivery } from '../delivery/index.ts';
import type { ErrorCode } from '../errors/errors.ts';
import { CollectorError } from '../errors/errors.ts';
import type { DeadLetter, Inbox, InboxEntry } from '../inbox/index.ts';
import { STORE_CONSUMER } from '../inbox/index.ts';
import type { OtlpEncoding } from '../otlp/index.ts';
import { MAX_WHOLE_BYTES, TraceEncoder, WIDEST_SPAN_LIMITS } from '../otlp/index.ts';
import type { StoreStatus } from '../schema/collector-status.ts';
import { TraceBlock } from '../store/trace-block.ts';
import { BATCH_REQUESTS, takeBatch } from './batch.ts';
import { newestSeq } from './newest-seq.ts';
import { RowCache } from './row-cache.ts';

/** Where rows go: `SpanWriter`, or anything that is idempotent by token. */
export interface RowSink {
  /**
   * Takes packed rows, as `TraceBlock.take` gives them; the chunks are one sequence.
   *
   * @param plannedAtMillis the same for every attempt with a token, ms since the epoch
   * @throws {CollectorError} `ERR_STORE_REJECTED` when these rows will never be accepted; any other error is retried.
   */
  insertPacked(chunks: readonly Uint8Array[], token: string, plannedAtMillis?: number): Promise<void>;
}

export interface PumpOptions {
  readonly inbox: Inbox;
  readonly sink: RowSink;
  /** A separate encoder: sharing it with the reader of new requests would mix up two requests. */
  readonly encoder: TraceEncoder;
  /** Cache of rows that are already encoded. */
  readonly cache?: RowCache;
  readonly warn: (message: string) => void;
  /** Called when requests up to `seq` are done, with the requests that the store refused for good and the reasons. */
  readonly onDone?: (seq: number, parked: ReadonlyMap<number, string>) => void;
  /** How long a small batch waits for more. Default 500 ms. */
  readonly lingerMillis?: number;
  /** Longest wait between two attempts, ms. Default 30 s. */
  readonly maxBackOffMillis?: number;
}

/** Requests that the store will never accept, with the reason. */
type Refused = Map<InboxEntry, string>;

const LINGER_MILLIS = 500;
/** Bytes encoded between two turns of the event loop, so that appends need not wait for a batch. */
const SLICE_BYTES = 1024 ** 2;
/** The body was decoded before it was kept. If it no longer decodes, or is damaged, retrying is useless. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set([
  'ERR_STORE_REJECTED',
  'ERR_OTLP_DECODE',
  'ERR_OTLP_TOO_LARGE',
  'ERR_INBOX_BODY',
]);
/** Most rows of one insert: more rows become several inserts, by a rule that gives the same parts at every attempt. */
const INSERT_BYTES = 32 * 1024 ** 2;

/**
 * Moves the inbox into the store. It plans a range of requests, writes the plan to disk, encodes the range unless its
 * rows are still in memory, inserts it under a token derived from the range, and then marks it done. Whatever happens
 * in between, the same range is sent again under the same token, and the store takes it once. If the store is
 * unavailable, the pump retries forever. If the store refuses a request for good, the pump finds it by halving the
 * range and parks it.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #cache: RowCache;
  readonly #loop: DeliveryLoop;
  readonly #redelivery: Redelivery;
  /** Rows being sent. Kept, because a new block for each small request would fill memory faster than it is freed. */
  readonly #block = new TraceBlock();
  #insertedSpans = 0;
  /** Monotonic time, ms, since which there is something to store and nothing was stored; undefined otherwise. */
  #busySince: number | undefined;
  /** Requests up to this one arrived before this start, perhaps under wider limits than today's. */
  readonly #inheritedTo: number;

  constructor(options: PumpOptions) {
    const { inbox, warn, maxBackOffMillis } = options;
    this.#options = options;
    this.#inheritedTo = newestSeq(inbox);
    this.#cache = options.cache ?? new RowCache({ maxBytes: 0, maxPackedBytes: 0 });
    this.#redelivery = new Redelivery(inbox.deadLetters, STORE_CONSUMER);
    this.#loop = new DeliveryLoop({
      step: (signal) => this.#step(signal),
      target: 'the store',
      warn,
      subscribe: (ring) => inbox.onAppended(ring),
      ...(maxBackOffMillis !== undefined && { maxBackOffMillis }),
    });
  }

  start(): void {
    this.#loop.start();
  }

  /**
   * Holds back inserts until `release`. Resolves when no insert is running or half done. The store then has exactly the
   * requests up to the returned number, except for dead letters.
   *
   * @throws the reason of the signal, if it aborts first
   */
  async hold(signal: AbortSignal): Promise<number> {
    const { cursors } = this.#options.inbox;
    await this.#loop.hold(() => {
      const { doneTo, plannedTo } = cursors.get(STORE_CONSUMER);
      return doneTo === plannedTo;
    }, signal);
    return cursors.get(STORE_CONSUMER).doneTo;
  }

  release(): void {
    this.#loop.release();
  }

  /** Stops after the running insert. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  status(): StoreStatus {
    return {
      insertedSpans: this.#insertedSpans,
      parkedRequests: this.#options.inbox.deadLetters.count(STORE_CONSUMER),
      ...(this.#busySince !== undefined && { stalledMs: Math.round(performance.now() - this.#busySince) }),
      ...this.#loop.status(),
    };
  }

  /** Processes one range from plan to done, or a dead letter that is to be sent again; false when there is neither. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { inbox, onDone } = this.#options;
    let { doneTo, plannedTo } = inbox.cursors.get(STORE_CONSUMER);
    if (plannedTo === doneTo) {
      const batch = await this.#gather(doneTo, signal);
      const last = batch.at(-1);
      if (signal.aborted) return false;
      if (last === undefined)
        return this.#redelivery.step((letter, markedAtMillis) => this.#sendAgain(letter, markedAtMillis));
      plannedTo = last.seq;
      inbox.plan(STORE_CONSUMER, plannedTo);
    }
    this.#busySince ??= performance.now();
    const entries = inbox.entries(doneTo, plannedTo, Number.MAX_SAFE_INTEGER);
    const refused: Refused = new Map();
    if (entries.length > 0) await this.#send(entries, refused);
    const parked = new Map([...refused].map(([{ seq }, reason]) => [seq, reason]));
    inbox.advance(STORE_CONSUMER, plannedTo, parked);
    this.#busySince = undefined;
    this.#cache.dropTo(plannedTo);
    this.#insertedSpans += entries.reduce((sum, entry) => sum + (refused.has(entry) ? 0 : entry.spans), 0);
    this.#loop.succeeded();
    for (const [seq, reason] of parked) this.#loop.refused(`request ${seq}`, reason);
    onDone?.(plannedTo, parked);
    return true;
  }

  /** The next batch: a full one, or a smaller one once its oldest request has waited long enough. */
  async #gather(doneTo: number, signal: AbortSignal): Promise<InboxEntry[]> {
    const { inbox, lingerMillis = LINGER_MILLIS } = this.#options;
    const first = takeBatch(inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, BATCH_REQUESTS));
    if (first.entries.length === 0 || first.isWorthwhile) return first.entries;
    const waited = inbox.pending(STORE_CONSUMER).oldestAgeMs ?? 0;
    if (waited < lingerMillis) await pause(lingerMillis - waited, signal);
    return takeBatch(inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, BATCH_REQUESTS)).entries;
  }

  /** Inserts the range. If the store refuses it, inserts both halves, down to the refused requests. */
  async #send(entries: readonly InboxEntry[], refused: Refused): Promise<void> {
    try {
      await this.#insert(entries);
    } catch (error) {
      if (!isForGood(error)) throw error;
      const [only] = entries;
      if (only !== undefined && entries.length === 1) {
        this.#checkParkingRoom([...refused.keys(), only], error);
        refused.set(only, error.message);
        return;
      }
      const middle = Math.floor(entries.length / 2);
      await this.#send(entries.slice(0, middle), refused);
      await this.#send(entries.slice(middle), refused);
    }
  }

  /**
   * If the store refuses everything, nothing may be lost: once the dead letters are at their limit, requests stay in
   * the inbox.
   */
  #checkParkingRoom(entries: readonly InboxEntry[], error: CollectorError): void {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (this.#options.inbox.deadLetters.hasRoom(STORE_CONSUMER, bytes)) return;
    throw new CollectorError(
      'ERR_ENGINE_UNAVAILABLE',
      `too many requests are parked already: ${error.message}`,
      { cause: error },
    );
  }

  /** An insert takes whole requests; a request whose rows are too large for one insert is split on its own. */
  async #insert(entries: readonly InboxEntry[]): Promise<void> {
    const { inbox } = this.#options;
    const token = `${inbox.id}-${entries[0]?.seq}-${entries.at(-1)?.seq}`;
    const parts = new Parts(this.#options.sink, token, inbox.cursors.get(STORE_CONSUMER).plannedAtMillis);
    for (const entry of entries) {
      const rows = this.#cache.get(entry.seq);
      if (rows !== undefined) await parts.addWhole(rows);
      else {
        const body = inbox.body(entry.seq);
        await this.#encode(this.#encoderFor(entry, body), body, entry.encoding, parts);
      }
    }
    await parts.finish();
  }

  /** Acknowledged requests are stored even when the limits have become narrower since. */
  #encoderFor(
    { seq, encoding, spans }: Pick<InboxEntry, 'seq' | 'encoding' | 'spans'>,
    body: Uint8Array,
  ): TraceEncoder {
    const { encoder } = this.#options;
    if (seq > this.#inheritedTo || countSpans(encoder, body, encoding, this.#block) >= spans) return encoder;
    return new TraceEncoder(WIDEST_SPAN_LIMITS);
  }

  async #encode(
    encoder: TraceEncoder,
    body: Uint8Array,
    encoding: OtlpEncoding,
    parts: Parts,
  ): Promise<void> {
    const out = this.#block;
    out.clear();
    let isWhole = true;
    let sliceEnd = SLICE_BYTES;
    for (const _ of encoder.encode(body, encoding, out)) {
      const { byteLength } = out;
      if (byteLength > MAX_WHOLE_BYTES) {
        if (isWhole) await parts.flush();
        isWhole = false;
        await parts.addWhole(out.take());
        await parts.flush();
        sliceEnd = SLICE_BYTES;
      } else if (byteLength > sliceEnd) {
        sliceEnd = byteLength + SLICE_BYTES;
        await nextTurn();
      }
    }
    if (out.rows > 0) await parts.addWhole(out.take());
    if (!isWhole) await parts.flush();
  }

  async #sendAgain(letter: DeadLetter, markedAtMillis: number) {
    const { inbox, sink } = this.#options;
    const { seq, encoding, spans = 0 } = letter;
    const body = Buffer.from(letter.body, 'base64');
    const parts = new Parts(sink, `${inbox.id}-again-${seq}`, markedAtMillis);
    try {
      await this.#encode(this.#encoderFor({ seq: 0, encoding, spans }, body), body, encoding, parts);
      await parts.finish();
    } catch (error) {
      if (!isForGood(error)) throw error;
      this.#loop.refused('a dead letter', error.message);
      return { kind: 'refused', reason: error.message } as const;
    }
    this.#loop.succeeded();
    return { kind: 'taken' } as const;
  }
}

/** The inserts of one range; nearly always a single one. */
class Parts {
  readonly #sink: RowSink;
  readonly #token: string;
  /** Undefined where unknown. */
  readonly #plannedAtMillis: number | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #parts = 0;

  constructor(sink: RowSink, token: string, plannedAtMillis: number) {
    this.#sink = sink;
    this.#token = token;
    this.#plannedAtMillis = plannedAtMillis === 0 ? undefined : plannedAtMillis;
  }

  /** Adds rows that stay together. */
  async addWhole(rows: Uint8Array): Promise<void> {
    if (this.#bytes + rows.length > INSERT_BYTES) await this.flush();
    this.#chunks.push(rows);
    this.#bytes += rows.length;
  }

  async flush(): Promise<void> {
    if (this.#bytes === 0) return;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    await this.#sink.insertPacked(chunks, `${this.#token}-n${this.#parts++}`, this.#plannedAtMillis);
  }

  async finish(): Promise<void> {
    if (this.#parts > 0) await this.flush();
    else if (this.#bytes > 0) await this.#sink.insertPacked(this.#chunks, this.#token, this.#plannedAtMillis);
  }
}

function countSpans(
  encoder: TraceEncoder,
  body: Uint8Array,
  encoding: OtlpEncoding,
  out: TraceBlock,
): number {
  let spans = 0;
  out.clear();
  for (const reason of encoder.encode(body, encoding, out)) {
    if (reason === undefined) spans++;
    out.clear();
  }
  return spans;
}

function isForGood(error: unknown): error is CollectorError {
  return error instanceof CollectorError && FOR_GOOD.has(error.code);
}
