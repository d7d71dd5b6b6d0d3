import { writeSync } from 'node:fs';
import { afterResponse } from '../after-response.ts';
import { monotonicMs } from '../clock.ts';
import type { Config } from '../config.ts';
import { encodeRequest } from '../otlp-json.ts';
import { guarded, reportOnce } from '../report.ts';
import type { SpanBuffer } from '../span-buffer.ts';
import type { WaitUntil } from '../wait-until.ts';
import type { Exporter } from './exporter.ts';
import { ExtensionClient } from './extension-client.ts';
import { HttpClient } from './http-client.ts';

/** When the spans of an invocation leave the sandbox. */
export interface Delivery {
  /** Resolves when it is settled which way this delivery works. */
  readonly ready: Promise<void>;
  /** A handler is about to be called. */
  started(requestId: string | undefined): void;
  /**
   * A handler ended.
   *
   * @param waitUntil the platform's hook for this invocation, looked for in the mode of that name only
   * @returns what the result has to wait for; undefined when it may be handed back at once
   */
  ended(requestId: string | undefined, waitUntil?: WaitUntil): Promise<void> | undefined;
  /**
   * A handler still runs though its time is almost over: what was recorded goes out now, if at all.
   *
   * @param leftMillis time until the deadline, ms
   */
  timedOut(requestId: string | undefined, leftMillis: number): void;
}

// Left of the last moments before a deadline: enough to be frozen or killed in order.
const DEADLINE_RESERVE_MS = 10;

/** What a delivery works with. */
export interface DeliveryParts {
  readonly config: Config;
  readonly buffer: SpanBuffer;
  readonly exporter: Exporter;
  /** Turns what invocations left behind into spans in the buffer. */
  readonly encode: () => void;
  readonly resource: () => string;
  /**
   * What is to be measured once the response and its spans have left; its own spans are in the buffer afterwards.
   * Absent when nothing is. Never rejects.
   *
   * @param timeoutMillis longest it may hold the sandbox
   */
  readonly afterwards?: (timeoutMillis: number) => Promise<void>;
}

/** Exports what is waiting, then measures for as long as is left. Never rejects. */
async function exportAndMeasure(
  { buffer, exporter, afterwards }: DeliveryParts,
  timeoutMillis: number,
  keepAlive: boolean,
): Promise<void> {
  const endMs = monotonicMs() + timeoutMillis;
  await exporter.export({ timeoutMillis, keepAlive });
  if (afterwards === undefined) return;
  await afterwards(endMs - monotonicMs());
  if (buffer.size > 0) await exporter.export({ timeoutMillis: endMs - monotonicMs(), keepAlive });
}

/** Measures once the result is on its way, holding nothing; the spans leave with the next export. */
function measureLater({ config, afterwards }: DeliveryParts): void {
  if (afterwards !== undefined) setImmediate(() => void afterwards(config.exportTimeoutMillis));
}

/** The delivery for `config.mode`; `none` has none. */
export function createDelivery(parts: DeliveryParts): Delivery {
  const { mode, runtimeApi } = parts.config;
  if (mode === 'extension' && runtimeApi !== undefined) return new ExtensionDelivery(parts, runtimeApi);
  if (mode === 'batch') return new BatchDelivery(parts);
  if (mode === 'waitUntil') return new WaitUntilDelivery(parts);
  if (mode === 'stdout') return new StdoutDelivery(parts);
  return new SyncDelivery(parts);
}

/** Before the result is handed back, with a cap: for platforms that may freeze the sandbox right after it. */
class SyncDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): Promise<void> {
    const { config, exporter, encode } = this.#parts;
    encode();
    // The process must not end for want of work while a result is held.
    const exported = exporter.export({ timeoutMillis: config.syncTimeoutMillis, keepAlive: true });
    return this.#parts.afterwards ? exported.then(() => measureLater(this.#parts)) : exported;
  }

  timedOut(_requestId: string | undefined, leftMillis: number): void {
    const { exporter, encode } = this.#parts;
    encode();
    // The handler goes on, and nothing waits for this.
    void exporter.export({ timeoutMillis: leftMillis - DEADLINE_RESERVE_MS, keepAlive: false });
  }
}

/** After the response, while the platform's `waitUntil` keeps the sandbox awake; before it where there is none. */
class WaitUntilDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly #parts: DeliveryParts;
  readonly #fallback: SyncDelivery;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#fallback = new SyncDelivery(parts);
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(_requestId: string | undefined, waitUntil?: WaitUntil): Promise<void> | undefined {
    const accepted = waitUntil && guarded('waitUntil', () => (waitUntil(this.#later()), true));
    if (accepted) return undefined;
    reportOnce('waitUntil', 'an invocation has no waitUntil; exporting before the response instead');
    return this.#fallback.ended();
  }

  timedOut(requestId: string | undefined, leftMillis: number): void {
    this.#fallback.timedOut(requestId, leftMillis);
  }

  async #later(): Promise<void> {
    const { config, encode } = this.#parts;
    await new Promise((resolve) => setImmediate(resolve));
    encode();
    await exportAndMeasure(this.#parts, config.exportTimeoutMillis, true);
  }
}

/** After the response, while the Extensions API keeps the sandbox awake; before it where that API says no. */
class ExtensionDelivery implements Delivery {
  readonly ready: Promise<void>;
  readonly #extension: ExtensionClient;
  readonly #fallback: SyncDelivery;

  constructor(parts: DeliveryParts, runtimeApi: string) {
    const { config, encode } = parts;
    this.#fallback = new SyncDelivery(parts);
    this.#extension = new ExtensionClient({
      runtimeApi,
      client: new HttpClient(),
      holdMillis: config.exportTimeoutMillis,
      exportSpans: (timeoutMillis) => {
        encode();
        return exportAndMeasure(parts, timeoutMillis, false);
      },
    });
    this.ready = this.#extension.register();
  }

  started(requestId: string | undefined): void {
    if (this.#extension.state === 'active') this.#extension.handlerStarted(requestId);
  }

  ended(requestId: string | undefined): Promise<void> | undefined {
    if (this.#extension.state !== 'active') return this.#fallback.ended();
    // The result goes first.
    afterResponse(() => this.#extension.handlerEnded(requestId));
    return undefined;
  }

  timedOut(requestId: string | undefined, leftMillis: number): void {
    if (this.#extension.state !== 'active') return this.#fallback.timedOut(requestId, leftMillis);
    this.#extension.handlerEnded(requestId, DEADLINE_RESERVE_MS);
  }
}

/** After the response, holding nothing. */
class BatchDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly #parts: DeliveryParts;
  #scheduled = false;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): undefined {
    if (this.#scheduled) return undefined;
    this.#scheduled = true;
    afterResponse(() => void this.#run());
    return undefined;
  }

  timedOut(): void {
    this.ended();
  }

  async #run(): Promise<void> {
    const { config, exporter, encode, buffer } = this.#parts;
    this.#scheduled = false;
    encode();
    await exportAndMeasure(this.#parts, config.exportTimeoutMillis, false);
    if (buffer.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => void this.#run(), Math.max(exporter.waitMs, 50)).unref();
  }
}

/** As one line of OTLP JSON on standard output, for platforms that collect it. */
class StdoutDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly #parts: DeliveryParts;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): undefined {
    this.#parts.encode();
    writeLine(this.#parts);
    measureLater(this.#parts);
    return undefined;
  }

  timedOut(): void {
    this.ended();
  }
}

/** Writes what waits in the buffer as one line to standard output; keeps it when the pipe is full. */
export function writeLine({ buffer, resource }: Pick<DeliveryParts, 'buffer' | 'resource'>): void {
  const spans = buffer.takeAll();
  if (spans.length === 0) return;
  const written = guarded('writing spans to standard output', () => {
    const line = Buffer.from(`${encodeRequest(resource(), spans)}\n`);
    for (let at = 0; at < line.length;) at += writeSync(1, line, at);
    return true;
  });
  if (written !== true) buffer.putBack(spans);
}
