import { writeSync } from 'node:fs';
import type { Config } from '../config.ts';
import { encodeRequest } from '../otlp-json.ts';
import { guarded } from '../report.ts';
import type { SpanBuffer } from '../span-buffer.ts';
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
   * @returns what the result has to wait for; undefined when it may be handed back at once
   */
  ended(requestId: string | undefined): Promise<void> | undefined;
}

/** What a delivery works with. */
export interface DeliveryParts {
  readonly config: Config;
  readonly buffer: SpanBuffer;
  readonly exporter: Exporter;
  /** Turns what invocations left behind into spans in the buffer. */
  readonly encode: () => void;
  readonly resource: () => string;
}

/** The delivery for `config.mode`; `none` has none. */
export function createDelivery(parts: DeliveryParts): Delivery {
  const { mode, runtimeApi } = parts.config;
  if (mode === 'extension' && runtimeApi !== undefined) return new ExtensionDelivery(parts, runtimeApi);
  if (mode === 'batch') return new BatchDelivery(parts);
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
    return exporter.export({ timeoutMillis: config.syncTimeoutMillis, keepAlive: true });
  }
}

/** After the response, while the Extensions API keeps the sandbox awake; before it where that API says no. */
class ExtensionDelivery implements Delivery {
  readonly ready: Promise<void>;
  readonly #extension: ExtensionClient;
  readonly #fallback: SyncDelivery;

  constructor(parts: DeliveryParts, runtimeApi: string) {
    const { config, exporter, encode } = parts;
    this.#fallback = new SyncDelivery(parts);
    this.#extension = new ExtensionClient({
      runtimeApi,
      client: new HttpClient(),
      holdMillis: config.exportTimeoutMillis,
      exportSpans: (timeoutMillis) => {
        encode();
        return exporter.export({ timeoutMillis, keepAlive: false });
      },
    });
    this.ready = this.#extension.register();
  }

  started(requestId: string | undefined): void {
    if (this.#extension.state === 'active') this.#extension.handlerStarted(requestId);
  }

  ended(requestId: string | undefined): Promise<void> | undefined {
    if (this.#extension.state !== 'active') return this.#fallback.ended();
    // The runtime posts the result in the promise jobs that follow; it goes first.
    setImmediate(() => this.#extension.handlerEnded(requestId));
    return undefined;
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
    setImmediate(() => void this.#run());
    return undefined;
  }

  async #run(): Promise<void> {
    const { config, exporter, encode, buffer } = this.#parts;
    this.#scheduled = false;
    encode();
    await exporter.export({ timeoutMillis: config.exportTimeoutMillis, keepAlive: false });
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
    return undefined;
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
