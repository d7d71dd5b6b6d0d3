import type { Inbox, InboxEntry } from '../inbox/index.ts';
import { BackOff } from '../ingest/back-off.ts';
import { Bell, pause } from '../ingest/wait.ts';
import type { ForwarderStatus } from '../status.ts';
import { retryAfterMillis } from './retry-after.ts';

export interface ForwarderOptions {
  readonly inbox: Inbox;
  /** Full URL, as `forwardTarget` gives it. */
  readonly url: string;
  readonly warn: (message: string) => void;
  /** Longest wait between two tries that the target did not ask for, ms. Default 30 s. */
  readonly maxBackOffMillis?: number;
}

const RETRYABLE = new Set([429, 502, 503, 504]);
const TIMEOUT_MILLIS = 30_000;
const PAGE = 64;
const MAX_ANSWER_BYTES = 1024 ** 2;

/** The name of a forwarder's cursor in the inbox. */
export function forwardConsumer(url: string): string {
  return `forward:${url}`;
}

type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused' | 'later'; readonly reason: string; waitMillis: number };

/**
 * Sends every request of the inbox on, byte for byte as it came (inflated), one at a time and in order, with a cursor
 * of its own. A target that is away or busy is tried until it answers; what it refuses for good is parked.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #consumer: string;
  readonly #stop = new AbortController();
  readonly #arrived = new Bell();
  readonly #backOff: BackOff;
  #running: Promise<void> | undefined;
  #request: AbortController | undefined;
  #forwardedRequests = 0;
  #retries = 0;
  #lastError: string | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#consumer = forwardConsumer(options.url);
    this.#backOff = new BackOff(options.maxBackOffMillis);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends at once; a request under way is given up and sent again at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#request?.abort();
    this.#arrived.ring();
    await this.#running;
  }

  status(): ForwarderStatus {
    const { inbox, url } = this.#options;
    return {
      url,
      pendingRequests: inbox.cursors.pending(this.#consumer).requests,
      forwardedRequests: this.#forwardedRequests,
      retries: this.#retries,
      parkedRequests: inbox.deadLetters.count(this.#consumer),
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const unsubscribe = this.#options.inbox.onAppended(() => this.#arrived.ring());
    while (!signal.aborted) {
      try {
        if (!(await this.#drain())) await this.#arrived.wait();
      } catch (error) {
        await this.#later(error instanceof Error ? error.message : String(error), 0);
      }
    }
    unsubscribe();
  }

  /** Sends a page of requests; false when there was none. */
  async #drain(): Promise<boolean> {
    const { inbox } = this.#options;
    const { doneTo } = inbox.cursors.get(this.#consumer);
    const page = inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, PAGE);
    let sentTo = doneTo;
    try {
      for (const entry of page) {
        // The inbox may have moved the cursor on when it was full.
        if (entry.seq <= inbox.cursors.get(this.#consumer).doneTo) continue;
        const outcome = await this.#post(entry);
        if (outcome.kind === 'later') {
          // What was sent is marked before the wait, which may be long.
          if (sentTo > doneTo) inbox.advance(this.#consumer, sentTo, undefined, false);
          await this.#later(outcome.reason, outcome.waitMillis);
          return true;
        }
        sentTo = entry.seq;
        if (outcome.kind === 'refused') this.#park(entry, outcome.reason);
        else this.#taken();
      }
    } finally {
      if (sentTo > doneTo) inbox.advance(this.#consumer, sentTo, undefined, false);
    }
    return page.length > 0;
  }

  #taken(): void {
    this.#forwardedRequests++;
    this.#lastError = undefined;
    this.#backOff.reset();
  }

  #park(entry: InboxEntry, reason: string): void {
    const { inbox, url, warn } = this.#options;
    inbox.advance(this.#consumer, entry.seq, new Map([[entry.seq, reason]]));
    if (this.#lastError !== reason) warn(`${url} refused request ${entry.seq} for good: ${reason}`);
    this.#lastError = reason;
    this.#backOff.reset();
  }

  async #later(reason: string, waitMillis: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#retries++;
    if (this.#lastError === undefined)
      this.#options.warn(`${this.#options.url} does not take spans, trying on: ${reason}`);
    this.#lastError = reason;
    await pause(this.#backOff.next(waitMillis), this.#stop.signal);
  }

  async #post(entry: InboxEntry): Promise<Outcome> {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), TIMEOUT_MILLIS);
    this.#request = request;
    let response: Response;
    try {
      response = await fetch(this.#options.url, {
        method: 'POST',
        headers: { 'content-type': entry.contentType, 'user-agent': 'sandscope' },
        body: new Uint8Array(this.#options.inbox.body(entry.seq)),
        redirect: 'manual',
        signal: request.signal,
      });
      await finish(response);
    } catch (error) {
      return { kind: 'later', reason: reasonOf(error), waitMillis: 0 };
    } finally {
      clearTimeout(timer);
      this.#request = undefined;
    }
    if (response.ok) return { kind: 'taken' };
    const reason = `it answered ${response.status}`;
    const waitMillis = retryAfterMillis(response.headers.get('retry-after'));
    return { kind: RETRYABLE.has(response.status) ? 'later' : 'refused', reason, waitMillis };
  }
}

/** Reads the answer to its end, so that the connection can be used again; a long one is cut off. */
async function finish(response: Response): Promise<void> {
  let byteLength = 0;
  for await (const chunk of response.body ?? []) {
    byteLength += chunk.byteLength;
    if (byteLength > MAX_ANSWER_BYTES) break;
  }
}

/** fetch says "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: unknown; message: string };
  return cause instanceof Error ? ((cause as { code?: string }).code ?? cause.message) : message;
}
