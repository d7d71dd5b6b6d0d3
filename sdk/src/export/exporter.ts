import { monotonicMs } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import { encodeRequest } from '../otlp/otlp-json.ts';
import { contained, reportOnce } from '../fence/report.ts';
import { after, NativePromise } from '../fence/timer.ts';
import type { Cancel } from '../fence/timer.ts';
import type { SpanBuffer } from '../otlp/span-buffer.ts';
import { BackOff, parseRetryAfter } from './back-off.ts';
import type { HttpClient, HttpResponse } from './http-client.ts';

// The statuses after which OTLP/HTTP allows a client to retry.
const RETRYABLE = new Set([429, 502, 503, 504]);

/** Options of one export. */
export interface ExportOptions {
  /** Maximum time that the caller waits, ms. */
  readonly timeoutMillis: number;
  /** Whether the export keeps the process alive. */
  readonly keepAlive: boolean;
  /** True tries even while the collector counts as unreachable: there will be no later export. */
  readonly last?: boolean;
}

/** The settings that an exporter needs. */
export type ExporterConfig = Pick<Config, 'endpoint' | 'headers' | 'compression'>;

/**
 * Sends the buffer's spans as OTLP/JSON. Spans that the collector cannot accept now (429, 502, 503, 504, no connection,
 * no answer in time) stay in the buffer for the next export; spans that it rejects for good are dropped and counted.
 */
export class Exporter {
  readonly #config: ExporterConfig;
  readonly #buffer: SpanBuffer;
  readonly #client: HttpClient;
  readonly #resource: () => string;
  readonly #backOff: BackOff;
  readonly #requests: string[] = [];
  #running: Promise<void> | undefined;
  #underWay: readonly string[] = [];
  #lastMs: number | undefined;

  /** @param resource returns the encoded resource; called for each export */
  constructor(
    config: ExporterConfig,
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

  /** Duration of the last attempted export, ms; undefined before the first. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** ms until an export is worth trying; 0 means now. */
  get waitMs(): number {
    return this.#backOff.waitMs;
  }

  /** Spans of the export in progress: whether they arrive is not known yet. */
  get underWay(): readonly string[] {
    return this.#underWay;
  }

  /** Sends a complete request of an earlier process before anything else. */
  sendFirst(request: string): void {
    this.#requests.push(request);
  }

  /** Exports the waiting spans after any export in progress. Never rejects, and ends within the time given. */
  async export(options: ExportOptions): Promise<void> {
    const endMs = monotonicMs() + options.timeoutMillis;
    while (this.#running !== undefined) {
      const leftMs = endMs - monotonicMs();
      if (leftMs <= 0 || !(await settledWithin(this.#running, leftMs, options.keepAlive))) return;
    }
    const leftMs = endMs - monotonicMs();
    if (leftMs <= 0 || (this.#buffer.size === 0 && this.#requests.length === 0)) return;
    if (this.#backOff.waitMs > 0 && options.last !== true) return;
    const run = contained('exporting', this.#sendAll(endMs, options.keepAlive));
    this.#running = run;
    await run;
    if (this.#running === run) this.#running = undefined;
  }

  async #sendAll(endMs: number, keepAlive: boolean): Promise<void> {
    for (let body = this.#requests[0]; body !== undefined; body = this.#requests[0]) {
      if ((await this.#send(body, undefined, endMs, keepAlive)) === 'later') return;
      this.#requests.shift();
    }
    if (this.#buffer.size === 0) return;
    // Encode before the spans are taken out: a failure here must not lose them.
    const resource = this.#resource();
    const spans = this.#buffer.takeAll();
    this.#underWay = spans;
    const body = encodeRequest(resource, spans);
    const result = await this.#send(body, spans.length, endMs, keepAlive);
    this.#underWay = [];
    if (result === 'later') this.#buffer.putBack(spans);
    else if (result === 'refused') this.#buffer.countDropped(spans.length);
  }

  /** @param count spans in the body; undefined if unknown */
  async #send(body: string, count: number | undefined, endMs: number, keepAlive: boolean): Promise<Result> {
    const startMs = monotonicMs();
    try {
      const encoding = this.#config.compression;
      const sent = encoding === 'gzip' ? await gzip(body) : body;
      const response = await this.#client.send({
        url: this.#config.endpoint,
        method: 'POST',
        headers: {
          ...this.#config.headers,
          'content-type': 'application/json',
          ...(encoding === 'gzip' && { 'content-encoding': 'gzip' }),
        },
        body: sent,
        timeoutMillis: Math.max(1, endMs - monotonicMs()),
        keepAlive,
      });
      this.#lastMs = monotonicMs() - startMs;
      return this.#settle(response, count);
    } catch (error) {
      this.#lastMs = monotonicMs() - startMs;
      this.#backOff.failed(this.#lastMs);
      const why = error instanceof Error ? error.message : String(error);
      reportOnce(
        'unreachable',
        `no export to ${this.#config.endpoint.origin} (${why}); spans wait for the next one`,
      );
      return 'later';
    }
  }

  #settle({ status, headers, body }: HttpResponse, count: number | undefined): Result {
    if (status >= 200 && status < 300) {
      this.#backOff.succeeded();
      const rejected = rejectedSpans(body);
      if (rejected === 0) return 'sent';
      this.#buffer.countDropped(rejected);
      reportOnce('rejected', `the collector rejected ${rejected} of ${count ?? 'several'} spans`);
      return 'sent';
    }
    if (RETRYABLE.has(status)) {
      this.#backOff.failed(this.#lastMs ?? 0, parseRetryAfter(headers['retry-after']));
      reportOnce(`status ${status}`, `the collector answered ${status}; spans wait for the next export`);
      return 'later';
    }
    this.#backOff.succeeded();
    reportOnce(`status ${status}`, `the collector answered ${status}; ${count ?? 'some'} spans are dropped`);
    return 'refused';
  }
}

/** Outcome of one request: `later` may be retried. */
type Result = 'sent' | 'later' | 'refused';

/** Loads zlib only on demand: compressing 4 KiB takes about 0.1 ms, loading zlib 1 ms. */
async function gzip(text: string): Promise<Uint8Array> {
  const zlib = await import('node:zlib');
  // Speed rather than size, and synchronous: the handler may be using the thread pool.
  return zlib.gzipSync(text, { level: 1 });
}

function rejectedSpans(body: string): number {
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: { rejectedSpans?: unknown } };
    const count = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isInteger(count) && count > 0 ? count : 0;
  } catch {
    // A success whose body we cannot read is still a success.
    return 0;
  }
}

/** Whether `promise` settled within `ms`. */
export async function settledWithin(
  promise: Promise<void>,
  ms: number,
  keepAlive: boolean,
): Promise<boolean> {
  let cancel: Cancel | undefined;
  const late = new NativePromise<boolean>((resolve) => {
    cancel = after(ms, 'waiting for an export', () => resolve(false), keepAlive);
  });
  const settled = promise.then(() => true);
  const first = await NativePromise.race([settled, late]);
  cancel?.();
  return first;
}
