import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ErrorCode } from '../errors.ts';
import { CollectorError } from '../errors.ts';
import type { Inbox, InboxEntry } from '../inbox/index.ts';
import { STORE_CONSUMER } from '../inbox/index.ts';
import { decodeTraces } from '../otlp/index.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { BackOff } from './back-off.ts';
import { Bell, pause } from './wait.ts';

/** Where rows go: `SpanWriter`, or anything that is idempotent by token. */
export interface RowSink {
  /** @throws {CollectorError} `ERR_STORE_REJECTED` when these rows will never be taken; anything else is tried again. */
  insert(rows: readonly TraceRow[], token: string): Promise<void>;
}

export interface PumpOptions {
  readonly inbox: Inbox;
  readonly sink: RowSink;
  readonly warn: (message: string) => void;
  /** How long a small batch waits for more. Default 250 ms. */
  readonly lingerMillis?: number;
  /** Longest wait between two tries, ms. Default 30 s. */
  readonly maxBackOffMillis?: number;
}

export interface PumpStatus {
  readonly insertedSpans: number;
  readonly retries: number;
  readonly parkedRequests: number;
  readonly lastError?: string;
}

/** Requests the store will never take, with the reason. */
type Refused = Map<InboxEntry, string>;

const BATCH_SPANS = 5000;
const BATCH_BYTES = 8 * 1024 ** 2;
const BATCH_REQUESTS = 5000;
const LINGER_MILLIS = 250;
/** Rows decoded between two turns of the event loop, so that appends need not wait for a batch. */
const ROWS_A_SLICE = 500;
/** A body was decoded once before it got in; should it not decode now, trying on would help nobody. */
const FOR_GOOD: ReadonlySet<ErrorCode> = new Set(['ERR_STORE_REJECTED', 'ERR_OTLP_DECODE']);
/** Rows of one insert: a large request becomes several, by a rule that gives the same parts at every try. */
const INSERT_BYTES = 32 * 1024 ** 2;

/**
 * Carries the inbox into the store. A range of requests is planned, put on disk as planned, decoded, inserted under a
 * token made of the range, and then marked done. Whatever happens in between, the same range goes again under the
 * same token, and the store takes it once. A store that is away is tried for ever; a request the store refuses for
 * good is found by halving the range and parked.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #stop = new AbortController();
  readonly #arrived = new Bell();
  readonly #backOff: BackOff;
  #running: Promise<void> | undefined;
  #insertedSpans = 0;
  #retries = 0;
  #parkedRequests = 0;
  #lastError: string | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.maxBackOffMillis);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the insert that is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#arrived.ring();
    await this.#running;
  }

  status(): PumpStatus {
    return {
      insertedSpans: this.#insertedSpans,
      retries: this.#retries,
      parkedRequests: this.#parkedRequests,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const unsubscribe = this.#options.inbox.onAppended(() => this.#arrived.ring());
    while (!signal.aborted) {
      try {
        if (!(await this.#step())) await this.#arrived.wait();
      } catch (error) {
        await this.#waitAfter(error);
      }
    }
    unsubscribe();
  }

  /** One range, from plan to done; false when the inbox holds nothing new. */
  async #step(): Promise<boolean> {
    const { inbox, warn } = this.#options;
    let { doneTo, plannedTo } = inbox.cursors.get(STORE_CONSUMER);
    if (plannedTo === doneTo) {
      const batch = await this.#gather(doneTo);
      const last = batch.at(-1);
      if (last === undefined || this.#stop.signal.aborted) return false;
      plannedTo = last.seq;
      inbox.plan(STORE_CONSUMER, plannedTo);
    }
    const entries = inbox.entries(doneTo, plannedTo, Number.MAX_SAFE_INTEGER);
    const refused: Refused = new Map();
    if (entries.length > 0) await this.#send(entries, refused);
    const parked = new Map([...refused].map(([{ seq }, reason]) => [seq, reason]));
    inbox.advance(STORE_CONSUMER, plannedTo, parked);
    for (const [seq, reason] of parked) warn(`the store refused request ${seq} for good: ${reason}`);
    this.#parkedRequests += refused.size;
    this.#insertedSpans += entries.reduce((sum, entry) => sum + (refused.has(entry) ? 0 : entry.spans), 0);
    this.#backOff.reset();
    this.#lastError = undefined;
    return true;
  }

  /** The next batch: full, or what is there once the oldest has lingered. */
  async #gather(doneTo: number): Promise<InboxEntry[]> {
    const { inbox, lingerMillis = LINGER_MILLIS } = this.#options;
    const first = takeBatch(inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, BATCH_REQUESTS));
    if (first.entries.length === 0 || first.isFull) return first.entries;
    const waited = inbox.pending(STORE_CONSUMER).oldestAgeMs ?? 0;
    if (waited < lingerMillis) await pause(lingerMillis - waited, this.#stop.signal);
    return takeBatch(inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, BATCH_REQUESTS)).entries;
  }

  /** Inserts the range; where the store refuses it, both halves, down to the culprits. */
  async #send(entries: readonly InboxEntry[], refused: Refused): Promise<void> {
    try {
      await this.#insert(entries);
    } catch (error) {
      if (!(error instanceof CollectorError) || !FOR_GOOD.has(error.code)) throw error;
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

  /** A store that refuses everything must not lose it: once the parking place is full, the inbox fills instead. */
  #checkParkingRoom(entries: readonly InboxEntry[], error: CollectorError): void {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (this.#options.inbox.deadLetters.hasRoom(STORE_CONSUMER, bytes)) return;
    throw new CollectorError(
      'ERR_ENGINE_UNAVAILABLE',
      `too many requests are parked already: ${error.message}`,
      {
        cause: error,
      },
    );
  }

  async #insert(entries: readonly InboxEntry[]): Promise<void> {
    const { inbox, sink } = this.#options;
    const token = `${inbox.id}-${entries[0]?.seq}-${entries.at(-1)?.seq}`;
    let rows: TraceRow[] = [];
    let bytes = 0;
    let parts = 0;
    for (const entry of entries) {
      for (const span of decodeTraces(inbox.body(entry.seq), entry.encoding)) {
        if (span.row === undefined) continue;
        if (rows.length >= BATCH_SPANS * 2 || (rows.length > 0 && bytes + span.sizeBytes > INSERT_BYTES)) {
          await sink.insert(rows, `${token}-p${parts++}`);
          rows = [];
          bytes = 0;
        }
        rows.push(span.row);
        bytes += span.sizeBytes;
        if (rows.length % ROWS_A_SLICE === 0) await nextTurn();
      }
    }
    if (rows.length > 0) await sink.insert(rows, parts === 0 ? token : `${token}-p${parts}`);
  }

  async #waitAfter(error: unknown): Promise<void> {
    this.#retries++;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#lastError === undefined)
      this.#options.warn(`the store does not take spans, trying on: ${message}`);
    this.#lastError = message;
    await pause(this.#backOff.next(), this.#stop.signal);
  }
}

function takeBatch(entries: readonly InboxEntry[]): { entries: InboxEntry[]; isFull: boolean } {
  const batch: InboxEntry[] = [];
  let spans = 0;
  let bytes = 0;
  for (const entry of entries) {
    const isFull = spans + entry.spans > BATCH_SPANS || bytes + entry.bytes > BATCH_BYTES;
    if (isFull && batch.length > 0) return { entries: batch, isFull };
    batch.push(entry);
    spans += entry.spans;
    bytes += entry.bytes;
  }
  return {
    entries: batch,
    isFull: spans >= BATCH_SPANS || bytes >= BATCH_BYTES || batch.length >= BATCH_REQUESTS,
  };
}
