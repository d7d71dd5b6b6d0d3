import type { Config } from '../config.ts';
import { encodeRequest } from '../otlp-json.ts';
import { reportOnce } from '../report.ts';
import type { SpanBuffer } from '../span-buffer.ts';
import { BackOff, parseRetryAfter } from './back-off.ts';
import type { HttpClient, HttpResponse } from './http-client.ts';

// The statuses that OTLP/HTTP lets a client try again after.
const RETRYABLE = new Set([429, 502, 503, 504]);

/** How one export is to be made. */
export interface ExportOptions {
  /** Longest the caller waits, ms. */
  readonly timeoutMillis: number;
  /** Whether the export keeps the process alive. */
  readonly keepAlive: boolean;
  /** True tries even while the collector is thought to be away: there will be no later export. */
  readonly last?: boolean;
}

/**
 * Sends the buffer's spans as OTLP/JSON. Spans that the collector cannot take now (429, 502, 503, 504, no connection, no
 * answer in time) stay in the buffer for the next export; spans it refuses for good are dropped and counted.
 */
export class Exporter {
  readonly #config: Pick<Config, 'endpoint' | 'headers'>;
  readonly #buffer: SpanBuffer;
  readonly #client: HttpClient;
  readonly #resource: () => string;
  readonly #backOff: BackOff;
  #running: Promise<void> | undefined;
  #lastMs: number | undefined;

  /** @param resource encoded resource, asked for at each export */
  constructor(
    config: Pick<Config, 'endpoint' | 'headers'>,
    buffer: SpanBuffer,
    client: HttpClient,
    resource: () => string,
    backOff = new BackOff(),
  ) {
    this.#config = config;
    this.#buffer = buffer;
    this.#client = client;
    this.#resource = resource;
    this.#backOff = backOff;
  }

  /** Duration of the last export that was tried, ms; undefined before the first. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** ms until an export is worth trying; 0 means now. */
  get waitMs(): number {
    return this.#backOff.waitMs;
  }

  /** Exports what is waiting, after whatever export is under way. Never rejects, and ends within the time given. */
  async export(options: ExportOptions): Promise<void> {
    const endMs = performance.now() + options.timeoutMillis;
    while (this.#running !== undefined) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0 || !(await settledWithin(this.#running, leftMs, options.keepAlive))) return;
    }
    const leftMs = endMs - performance.now();
    if (leftMs <= 0 || this.#buffer.size === 0) return;
    if (this.#backOff.waitMs > 0 && options.last !== true) return;
    const run = this.#send(leftMs, options.keepAlive);
    this.#running = run;
    await run;
    if (this.#running === run) this.#running = undefined;
  }

  async #send(timeoutMillis: number, keepAlive: boolean): Promise<void> {
    const spans = this.#buffer.takeAll();
    const startMs = performance.now();
    try {
      const response = await this.#client.send({
        url: this.#config.endpoint,
        method: 'POST',
        headers: { ...this.#config.headers, 'content-type': 'application/json' },
        body: encodeRequest(this.#resource(), spans),
        timeoutMillis,
        keepAlive,
      });
      this.#lastMs = performance.now() - startMs;
      this.#settle(spans, response);
    } catch (error) {
      this.#lastMs = performance.now() - startMs;
      this.#backOff.failed(this.#lastMs);
      this.#buffer.putBack(spans);
      const why = error instanceof Error ? error.message : String(error);
      reportOnce(
        'unreachable',
        `no export to ${this.#config.endpoint.origin} (${why}); spans wait for the next one`,
      );
    }
  }

  #settle(spans: readonly string[], response: HttpResponse): void {
    const { status, headers, body } = response;
    if (status >= 200 && status < 300) {
      this.#backOff.succeeded();
      const rejected = rejectedSpans(body);
      if (rejected === 0) return;
      this.#buffer.countDropped(rejected);
      reportOnce('rejected', `the collector rejected ${rejected} of ${spans.length} spans`);
    } else if (RETRYABLE.has(status)) {
      this.#backOff.failed(this.#lastMs ?? 0, parseRetryAfter(headers['retry-after']));
      this.#buffer.putBack(spans);
      reportOnce(`status ${status}`, `the collector answered ${status}; spans wait for the next export`);
    } else {
      this.#backOff.succeeded();
      this.#buffer.countDropped(spans.length);
      reportOnce(`status ${status}`, `the collector answered ${status}; ${spans.length} spans are dropped`);
    }
  }
}

function rejectedSpans(body: string): number {
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: { rejectedSpans?: unknown } };
    const count = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isInteger(count) && count > 0 ? count : 0;
  } catch {
    // A success with a body that is not ours to understand is a success.
    return 0;
  }
}

/** Whether `promise` settled within `ms`. */
async function settledWithin(promise: Promise<void>, ms: number, keepAlive: boolean): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
    if (!keepAlive) timer.unref();
  });
  const settled = promise.then(() => true);
  const first = await Promise.race([settled, late]);
  clearTimeout(timer);
  return first;
}
