import { setTimeout as delay } from 'node:timers/promises';
import { BackOff, retryAfterMillis } from '../../retry/index.ts';
import { partialSuccessOf } from '../../forward/partial-success.ts';
import type { Secret } from '../../security/secret.ts';
import { importError } from '../import-error.ts';
import type { ImportRequest } from '../request-batch.ts';
import type { Sent, Sink } from './sink.ts';

export interface HttpSinkOptions {
  /** Base URL of the collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly token?: Secret;
  /** Time after which a collector that accepts nothing counts as failed, ms. Default 2 minutes. */
  readonly patienceMillis?: number;
  /** Called when it has to wait for the collector. */
  readonly warn: (message: string) => void;
}

const PATIENCE_MILLIS = 120_000;
const TIMEOUT_MILLIS = 60_000;
const RETRYABLE = new Set([429, 502, 503, 504]);
const LONGEST_REASON = 300;

/** Sends to a running collector by OTLP/HTTP, like any other client. */
export class HttpSink implements Sink {
  readonly where: string;
  readonly #url: string;
  readonly #options: HttpSinkOptions;

  constructor(options: HttpSinkOptions) {
    this.where = options.endpoint;
    this.#url = `${options.endpoint.replace(/\/+$/, '')}/v1/traces`;
    this.#options = options;
  }

  async send(request: ImportRequest): Promise<Sent> {
    const { patienceMillis = PATIENCE_MILLIS, warn } = this.#options;
    const backOff = new BackOff({ lastMillis: 5000 });
    const givesUpAt = performance.now() + patienceMillis;
    let hasWarned = false;
    for (;;) {
      const { sent, waitMillis = 0, reason } = await this.#once(request);
      if (sent !== undefined) return sent;
      const wait = backOff.next(waitMillis);
      if (performance.now() + wait > givesUpAt) throw refused(this.where, reason);
      if (!hasWarned) warn(`waiting for ${this.where}: ${reason}`);
      hasWarned = true;
      await delay(wait);
    }
  }

  async close(): Promise<void> {
    // No connection needs to be kept open.
  }

  async #once(request: ImportRequest): Promise<{ sent?: Sent; waitMillis?: number; reason: string }> {
    const { token } = this.#options;
    let response: Response;
    let answer: Uint8Array;
    try {
      response = await fetch(this.#url, {
        method: 'POST',
        headers: {
          'content-type': request.contentType,
          'user-agent': 'sandscope import',
          ...(token && { authorization: `Bearer ${token.reveal()}` }),
        },
        body: new Uint8Array(request.body),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      });
      answer = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      return { reason: reasonOf(error) };
    }
    const { headers, status } = response;
    if (response.ok) {
      const partial = partialSuccessOf(answer, headers.get('content-type'));
      return { sent: { rejected: partial?.rejectedSpans ?? 0, message: partial?.message ?? '' }, reason: '' };
    }
    const said = messageOf(answer);
    const reason = `it answered ${status}${said === undefined ? '' : `, ${said}`}`;
    // None of its spans can be kept, and the collector says why; the other requests of the import may succeed.
    if (status === 400 && said !== undefined)
      return { sent: { rejected: request.spans, message: said }, reason };
    if (!RETRYABLE.has(status)) throw refused(this.where, reason);
    const waitMillis = retryAfterMillis({
      retryAfter: headers.get('retry-after'),
      date: headers.get('date'),
    });
    return { waitMillis, reason };
  }
}

function refused(where: string, reason: string): Error {
  return importError('ERR_IMPORT_SEND', `${where} rejects the imported spans: ${reason}`);
}

/** The message of a `google.rpc.Status`, if the answer is one. */
function messageOf(answer: Uint8Array): string | undefined {
  try {
    const { message } = JSON.parse(new TextDecoder().decode(answer)) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, LONGEST_REASON) : undefined;
  } catch {
    return undefined;
  }
}

/** fetch says "fetch failed" and has the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: unknown; message: string };
  return cause instanceof Error ? ((cause as { code?: string }).code ?? cause.message) : message;
}
