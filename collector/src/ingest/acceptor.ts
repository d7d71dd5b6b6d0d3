import { CollectorError } from '../errors/errors.ts';
import type { Inbox } from '../inbox/index.ts';
import { STORE_CONSUMER } from '../inbox/index.ts';
import type { OtlpEncoding, TraceEncoder, TraceRequestSummary } from '../otlp/index.ts';
import { newestSeq } from './newest-seq.ts';
import { release } from './release.ts';
import type { RowCache } from './row-cache.ts';

/**
 * The meaning of a 200. `inbox`: the request is on disk. `stored`: its rows are in the store and can be queried.
 * `memory`: the request was read and there is room for it; a crash or disk failure right afterwards loses it.
 */
export type Ack = 'inbox' | 'stored' | 'memory';
export const ACKS: readonly Ack[] = ['inbox', 'stored', 'memory'];

export interface AcceptorOptions {
  readonly inbox: Inbox;
  readonly encoder: TraceEncoder;
  readonly cache: RowCache;
  readonly warn: (message: string) => void;
  /** Default `inbox`. */
  readonly ack?: Ack;
  /** How long `stored` waits before it answers 503, ms. Default 8 s: exporters give up after 10. */
  readonly storedWaitMillis?: number;
}

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: CollectorError) => void;
  readonly timer: NodeJS.Timeout;
}

const STORED_WAIT_MILLIS = 8000;

/**
 * Reads a request once, keeps its bytes in the inbox and its rows in the cache, and decides when it may be answered.
 */
export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #waiters = new Set<Waiter>();
  /** The newest request of the inbox. */
  #lastSeq: number;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#lastSeq = newestSeq(options.inbox);
  }

  /**
   * Resolves when the request may be answered with 200. Takes over the body for good.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE`, `ERR_OTLP_TOO_LARGE`; 503 `ERR_INBOX_FULL`, `ERR_INBOX_UNAVAILABLE`
   *   and, for `stored`, `ERR_STORE_SLOW`; 400 `ERR_STORE_REJECTED`.
   */
  async accept(body: Uint8Array, encoding: OtlpEncoding, contentType: string): Promise<TraceRequestSummary> {
    const { inbox, encoder, cache, ack = 'inbox' } = this.#options;
    const { summary, rows } = encoder.encodeRequest(body, encoding);
    if (summary.spans === 0) return summary;
    let keptSeq: number | undefined;
    const onKept = (seq: number): void => {
      keptSeq = seq;
      this.#lastSeq = seq;
      if (rows !== undefined) cache.keep(seq, rows);
    };
    const kept = inbox.append({ body, encoding, contentType, summary, onKept });
    kept.finally(() => release(body)).catch(() => undefined); // its failure is awaited below
    if (ack === 'memory') return this.#unlessRefused(kept, summary);
    const answer = await kept;
    // The same bytes were sent before: they are stored once everything up to now is.
    if (ack === 'stored') await this.#stored(keptSeq ?? this.#lastSeq);
    return answer;
  }

  /** Requests up to `seq` are in the store, or were refused by it for good. */
  stored(seq: number, parked: ReadonlyMap<number, string>): void {
    for (const waiter of this.#waiters) {
      if (waiter.seq > seq) continue;
      const reason = parked.get(waiter.seq);
      if (reason === undefined) waiter.resolve();
      else waiter.reject(new CollectorError('ERR_STORE_REJECTED', reason, { statusCode: 400 }));
    }
  }

  /** A lack of room is known at once, a disk failure only later: `memory` does not wait for the latter. */
  async #unlessRefused(
    kept: Promise<TraceRequestSummary>,
    summary: TraceRequestSummary,
  ): Promise<TraceRequestSummary> {
    kept.catch((error: Error) =>
      this.#options.warn(`acknowledged from memory, but not kept: ${error.message}`),
    );
    return Promise.race([kept, Promise.resolve(summary)]);
  }

  async #stored(seq: number): Promise<void> {
    const { inbox, storedWaitMillis = STORED_WAIT_MILLIS } = this.#options;
    if (inbox.cursors.get(STORE_CONSUMER).doneTo >= seq) return;
    let waiter: Waiter | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(slow(storedWaitMillis)), storedWaitMillis);
        waiter = { seq, resolve, reject, timer };
        this.#waiters.add(waiter);
      });
    } finally {
      if (waiter !== undefined) {
        this.#waiters.delete(waiter);
        clearTimeout(waiter.timer);
      }
    }
  }
}

/** The request is kept and will be stored; a resend is recognised. */
function slow(waitedMillis: number): CollectorError {
  return new CollectorError(
    'ERR_STORE_SLOW',
    `the store did not accept the spans within ${waitedMillis} ms`,
    {
      statusCode: 503,
      retryAfterSeconds: 2,
    },
  );
}
