import { DeliveryLoop, Redelivery } from '../delivery/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { Inbox, InboxEntry } from '../inbox/index.ts';
import type { ForwarderStatus } from '../schema/collector-status.ts';
import type { Answer } from './post.ts';
import { post } from './post.ts';
import { shownUrl } from './shown-url.ts';

export interface ForwarderOptions {
  readonly inbox: Inbox;
  /** Full URL, from `forwardTarget`. */
  readonly url: string;
  /** Sent with every request, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly warn: (message: string) => void;
  /** Longest wait between two attempts unless the target asked for more, ms. Default 30 s. */
  readonly maxBackOffMillis?: number;
}

const PAGE = 64;

/** The name of a forwarder's cursor in the inbox; contains no key from the URL. */
export function forwardConsumer(url: string): string {
  return `forward:${shownUrl(url)}`;
}

/** Its former name, with the whole URL. */
export function formerForwardConsumer(url: string): string {
  return `forward:${url}`;
}

/**
 * Forwards every request of the inbox byte for byte (inflated), one at a time and in order, with its own cursor. An
 * unavailable or busy target is retried until it answers. Requests that it refuses for good are parked; single spans
 * that it rejects (`partial_success`) are counted.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #consumer: string;
  /** The target in its displayable form. */
  readonly #shownUrl: string;
  readonly #loop: DeliveryLoop;
  readonly #redelivery: Redelivery;
  #forwardedRequests = 0;
  #rejectedSpans = 0;
  #lastRejection: string | undefined;

  constructor(options: ForwarderOptions) {
    const { inbox, url, warn, maxBackOffMillis } = options;
    this.#options = options;
    this.#consumer = forwardConsumer(url);
    this.#shownUrl = shownUrl(url);
    this.#redelivery = new Redelivery(inbox.deadLetters, this.#consumer);
    this.#loop = new DeliveryLoop({
      step: (signal) => this.#step(signal),
      target: this.#shownUrl,
      warn,
      subscribe: (ring) => inbox.onAppended(ring),
      ...(maxBackOffMillis !== undefined && { maxBackOffMillis }),
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Stops at once; a running request is cancelled and sent again at the next start. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  status(): ForwarderStatus {
    const { inbox } = this.#options;
    const { requests, bytes, oldestAgeMs } = inbox.pending(this.#consumer);
    return {
      url: this.#shownUrl,
      pendingRequests: requests,
      pendingBytes: bytes,
      ...(oldestAgeMs !== undefined && { oldestAgeMs }),
      forwardedRequests: this.#forwardedRequests,
      rejectedSpans: this.#rejectedSpans,
      parkedRequests: inbox.deadLetters.count(this.#consumer),
      droppedRequests: inbox.dropped(this.#consumer),
      ...this.#loop.status(),
    };
  }

  /** Sends a page of requests, then parked requests marked for another attempt; false when there were neither. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { inbox } = this.#options;
    if (await this.#sendPage(signal)) return true;
    return this.#redelivery.step(async ({ body, contentType }) => {
      const answer = await this.#post(Buffer.from(body, 'base64'), contentType, signal);
      if (answer.kind === 'taken') this.#taken(answer);
      else this.#loop.refused('a dead letter', answer.reason);
      inbox.boundDeadLetters(this.#consumer);
      return answer;
    });
  }

  async #post(body: Uint8Array, contentType: string, signal: AbortSignal): Promise<Answer> {
    const { url, headers } = this.#options;
    return post(url, { body, contentType, ...(headers && { headers }) }, signal);
  }

  async #sendPage(signal: AbortSignal): Promise<boolean> {
    const { inbox } = this.#options;
    const { doneTo } = inbox.cursors.get(this.#consumer);
    const page = inbox.entries(doneTo, Number.MAX_SAFE_INTEGER, PAGE);
    let sentTo = doneTo;
    try {
      for (const entry of page) {
        // The inbox may have advanced the cursor when it was full.
        if (entry.seq <= inbox.cursors.get(this.#consumer).doneTo) continue;
        const { contentType } = entry;
        const body = this.#bodyOf(entry);
        const answer =
          body instanceof CollectorError
            ? ({ kind: 'refused', reason: body.message } as const)
            : await this.#post(body, contentType, signal);
        if (answer.kind === 'refused') this.#park(entry, answer.reason);
        else this.#taken(answer);
        sentTo = entry.seq;
      }
    } finally {
      // Sent requests are marked even if the target then became unavailable: the wait may be long.
      if (sentTo > doneTo) inbox.advance(this.#consumer, sentTo, undefined, false);
    }
    return page.length > 0;
  }

  /** Retrying a damaged body is useless. */
  #bodyOf({ seq }: InboxEntry): Uint8Array | CollectorError {
    try {
      return this.#options.inbox.body(seq);
    } catch (error) {
      if (error instanceof CollectorError) return error;
      throw error;
    }
  }

  #taken({ partial }: Answer & { kind: 'taken' }): void {
    this.#forwardedRequests++;
    this.#loop.succeeded();
    if (partial === undefined) return;
    this.#rejectedSpans += partial.rejectedSpans;
    const { warn } = this.#options;
    if (partial.message !== this.#lastRejection)
      warn(
        `${this.#shownUrl} rejected ${partial.rejectedSpans} spans of a request: ${partial.message.slice(0, 500)}`,
      );
    this.#lastRejection = partial.message;
  }

  #park(entry: InboxEntry, reason: string): void {
    this.#options.inbox.advance(this.#consumer, entry.seq, new Map([[entry.seq, reason]]));
    this.#loop.refused(`request ${entry.seq}`, reason);
  }
}
