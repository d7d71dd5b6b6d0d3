import { writeSync } from 'node:fs';
import { afterResponse } from '../fence/after-response.ts';
import type { SpanPipeline } from '../late/span-pipeline.ts';
import { encodeRequest } from '../span/otlp-json.ts';
import { contained, guarded, reportOnce } from '../fence/report.ts';
import { after } from '../fence/timer.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import { DEADLINE_RESERVE_MS } from './deadline.ts';
import type { Delivery } from './delivery.ts';

/** The delivery for `config.mode`; for `extension` what takes its place where that API says no. */
export function createDelivery(pipeline: SpanPipeline): Delivery {
  switch (pipeline.config.mode) {
    case 'batch':
      return new BatchDelivery(pipeline);
    case 'waitUntil':
      return new WaitUntilDelivery(pipeline);
    case 'stdout':
      return new StdoutDelivery(pipeline);
    default:
      return new SyncDelivery(pipeline);
  }
}

/** Asks and measures once the result is on its way, holding nothing; it is told with the next export. */
function measureLater(pipeline: SpanPipeline): void {
  if (!pipeline.knowsAll) afterResponse('asking the platform', () => pipeline.ask());
  if (pipeline.measures)
    afterResponse('active probes', () => pipeline.measure(pipeline.config.exportTimeoutMillis));
}

/** Before the result is handed back, with a cap: for platforms that may freeze the sandbox right after it. */
class SyncDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = true;
  readonly #pipeline: SpanPipeline;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): Promise<void> {
    const { config, exporter } = this.#pipeline;
    this.#pipeline.encode();
    // The process must not end for want of work while a result is held.
    const exported = exporter.export({ timeoutMillis: config.syncTimeoutMillis, keepAlive: true });
    return exported.then(() => measureLater(this.#pipeline));
  }

  timedOut(_requestId: string | undefined, leftMillis: number): void {
    this.#pipeline.encode();
    // The handler goes on, and nothing waits for this.
    const timeoutMillis = leftMillis - DEADLINE_RESERVE_MS;
    void contained(
      'exporting a time-out',
      this.#pipeline.exporter.export({ timeoutMillis, keepAlive: false }),
    );
  }
}

/** After the response, while the platform's `waitUntil` keeps the sandbox awake; before it where there is none. */
class WaitUntilDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = true;
  readonly #pipeline: SpanPipeline;
  readonly #fallback: SyncDelivery;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
    this.#fallback = new SyncDelivery(pipeline);
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(_requestId: string | undefined, waitUntil?: WaitUntil): Promise<void> | undefined {
    const accepted =
      waitUntil &&
      guarded('waitUntil', () => (waitUntil(contained('exporting after a response', this.#later())), true));
    if (accepted) return undefined;
    reportOnce('waitUntil', 'an invocation has no waitUntil; exporting before the response instead');
    return this.#fallback.ended();
  }

  timedOut(requestId: string | undefined, leftMillis: number): void {
    this.#fallback.timedOut(requestId, leftMillis);
  }

  async #later(): Promise<void> {
    await new Promise<void>((resolve) => afterResponse('exporting after a response', resolve));
    this.#pipeline.encode();
    await this.#pipeline.exportAndMeasure(this.#pipeline.config.exportTimeoutMillis, true);
  }
}

/** After the response, holding nothing. */
class BatchDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = false;
  readonly #pipeline: SpanPipeline;
  #scheduled = false;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): undefined {
    if (this.#scheduled) return undefined;
    this.#scheduled = true;
    afterResponse('exporting in the background', () => this.#run());
    return undefined;
  }

  timedOut(): void {
    this.ended();
  }

  async #run(): Promise<void> {
    const { config, exporter, buffer } = this.#pipeline;
    this.#scheduled = false;
    this.#pipeline.encode();
    await this.#pipeline.exportAndMeasure(config.exportTimeoutMillis, false);
    if (buffer.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    after(Math.max(exporter.waitMs, 50), 'exporting in the background', () => this.#run());
  }
}

/** As one line of OTLP JSON on standard output, for platforms that collect it. */
class StdoutDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = false;
  readonly #pipeline: SpanPipeline;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): undefined {
    this.#pipeline.encode();
    writeLine(this.#pipeline);
    measureLater(this.#pipeline);
    return undefined;
  }

  timedOut(): void {
    this.ended();
  }
}

/** Writes what waits in the buffer as one line to standard output; keeps it when the pipe is full. */
export function writeLine(pipeline: SpanPipeline): void {
  const { buffer } = pipeline;
  const spans = buffer.takeAll();
  if (spans.length === 0) return;
  const written = guarded('writing spans to standard output', () => {
    const line = Buffer.from(`${encodeRequest(pipeline.resource(), spans)}\n`);
    for (let at = 0; at < line.length;) at += writeSync(1, line, at);
    return true;
  });
  if (written !== true) buffer.putBack(spans);
}
