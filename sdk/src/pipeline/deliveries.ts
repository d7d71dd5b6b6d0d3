import { writeSync } from 'node:fs';
import { afterResponse } from '../fence/after-response.ts';
import type { SpanPipeline } from './span-pipeline.ts';
import { contained, guarded, reportOnce } from '../fence/report.ts';
import { after, NativePromise } from '../fence/timer.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import { DEADLINE_RESERVE_MS } from './deadline.ts';
import type { LateDelivery } from './delivery.ts';

/** The delivery for `config.mode`; for `extension`, its replacement if that API refuses. */
export function createDelivery(pipeline: SpanPipeline): LateDelivery {
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

/**
 * Queries the platform and runs active probes after the result was returned, without delaying it. The next export sends
 * their results.
 */
function measureLater(pipeline: SpanPipeline): void {
  if (!pipeline.knowsAll) afterResponse('asking the platform', () => pipeline.ask());
  if (pipeline.measures)
    afterResponse('active probes', () => pipeline.measure(pipeline.config.exportTimeoutMillis));
}

/** Exports before the result is returned, with a time limit: for platforms that may freeze the sandbox afterwards. */
class SyncDelivery implements LateDelivery {
  readonly #pipeline: SpanPipeline;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
  }

  ended(): Promise<void> {
    const { config, exporter } = this.#pipeline;
    this.#pipeline.encode();
    // The process must not end for lack of work while a result is held.
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

/** Exports after the response while the platform's `waitUntil` keeps the sandbox awake; before it if there is none. */
class WaitUntilDelivery implements LateDelivery {
  readonly #pipeline: SpanPipeline;
  readonly #fallback: SyncDelivery;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
    this.#fallback = new SyncDelivery(pipeline);
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
    await new NativePromise<void>((resolve) => afterResponse('exporting after a response', resolve));
    this.#pipeline.encode();
    await this.#pipeline.exportAndMeasure(this.#pipeline.config.exportTimeoutMillis, true);
  }
}

/** Exports after the response, without delaying anything. */
class BatchDelivery implements LateDelivery {
  readonly #pipeline: SpanPipeline;
  #scheduled = false;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
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

/** Writes one line of OTLP JSON to standard output, for platforms that collect it. */
class StdoutDelivery implements LateDelivery {
  readonly #pipeline: SpanPipeline;

  constructor(pipeline: SpanPipeline) {
    this.#pipeline = pipeline;
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

/** Writes the buffer's spans as one line to standard output; keeps them if the pipe is full. */
export function writeLine(pipeline: SpanPipeline): void {
  const { buffer } = pipeline;
  const spans = buffer.takeAll();
  if (spans.length === 0) return;
  const written = guarded('writing spans to standard output', () => {
    const line = Buffer.from(`${pipeline.request(spans)}\n`);
    for (let at = 0; at < line.length;) at += writeSync(1, line, at);
    return true;
  });
  if (written !== true) buffer.putBack(spans);
}
