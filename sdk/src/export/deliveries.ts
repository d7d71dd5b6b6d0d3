import { writeSync } from 'node:fs';
import { afterResponse } from '../fence/after-response.ts';
import type { Outlet } from '../late/outlet.ts';
import { encodeRequest } from '../span/otlp-json.ts';
import { contained, guarded, reportOnce } from '../fence/report.ts';
import { after } from '../fence/timer.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import { DEADLINE_RESERVE_MS } from './deadline.ts';
import type { Delivery } from './delivery.ts';

/** The delivery for `config.mode`; for `extension` what takes its place where that API says no. */
export function createDelivery(outlet: Outlet): Delivery {
  switch (outlet.config.mode) {
    case 'batch':
      return new BatchDelivery(outlet);
    case 'waitUntil':
      return new WaitUntilDelivery(outlet);
    case 'stdout':
      return new StdoutDelivery(outlet);
    default:
      return new SyncDelivery(outlet);
  }
}

/** Asks and measures once the result is on its way, holding nothing; it is told with the next export. */
function measureLater(outlet: Outlet): void {
  if (!outlet.knowsAll) afterResponse('asking the platform', () => outlet.ask());
  if (outlet.measures)
    afterResponse('active probes', () => outlet.measure(outlet.config.exportTimeoutMillis));
}

/** Before the result is handed back, with a cap: for platforms that may freeze the sandbox right after it. */
class SyncDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = true;
  readonly #outlet: Outlet;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): Promise<void> {
    const { config, exporter } = this.#outlet;
    this.#outlet.encode();
    // The process must not end for want of work while a result is held.
    const exported = exporter.export({ timeoutMillis: config.syncTimeoutMillis, keepAlive: true });
    return exported.then(() => measureLater(this.#outlet));
  }

  timedOut(_requestId: string | undefined, leftMillis: number): void {
    this.#outlet.encode();
    // The handler goes on, and nothing waits for this.
    const timeoutMillis = leftMillis - DEADLINE_RESERVE_MS;
    void contained('exporting a time-out', this.#outlet.exporter.export({ timeoutMillis, keepAlive: false }));
  }
}

/** After the response, while the platform's `waitUntil` keeps the sandbox awake; before it where there is none. */
class WaitUntilDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = true;
  readonly #outlet: Outlet;
  readonly #fallback: SyncDelivery;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
    this.#fallback = new SyncDelivery(outlet);
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
    this.#outlet.encode();
    await this.#outlet.exportAndMeasure(this.#outlet.config.exportTimeoutMillis, true);
  }
}

/** After the response, holding nothing. */
class BatchDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = false;
  readonly #outlet: Outlet;
  #scheduled = false;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
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
    const { config, exporter, buffer } = this.#outlet;
    this.#scheduled = false;
    this.#outlet.encode();
    await this.#outlet.exportAndMeasure(config.exportTimeoutMillis, false);
    if (buffer.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    after(Math.max(exporter.waitMs, 50), 'exporting in the background', () => this.#run());
  }
}

/** As one line of OTLP JSON on standard output, for platforms that collect it. */
class StdoutDelivery implements Delivery {
  readonly ready = Promise.resolve();
  readonly holds = false;
  readonly #outlet: Outlet;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  started(): void {
    // Nothing is prepared.
  }

  ended(): undefined {
    this.#outlet.encode();
    writeLine(this.#outlet);
    measureLater(this.#outlet);
    return undefined;
  }

  timedOut(): void {
    this.ended();
  }
}

/** Writes what waits in the buffer as one line to standard output; keeps it when the pipe is full. */
export function writeLine(outlet: Outlet): void {
  const { buffer } = outlet;
  const spans = buffer.takeAll();
  if (spans.length === 0) return;
  const written = guarded('writing spans to standard output', () => {
    const line = Buffer.from(`${encodeRequest(outlet.resource(), spans)}\n`);
    for (let at = 0; at < line.length;) at += writeSync(1, line, at);
    return true;
  });
  if (written !== true) buffer.putBack(spans);
}
