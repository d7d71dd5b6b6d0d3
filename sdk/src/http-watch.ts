import { subscribe } from 'node:diagnostics_channel';
import { reportFailure } from './report.ts';

/** Outgoing HTTP requests of this process that were answered or failed, since it was watched. */
export interface HttpUsage {
  readonly count: number;
  /** Request to the head of its response, or to its failure; requests side by side add up. */
  readonly nanos: bigint;
}

/**
 * Counts the program's own outgoing HTTP requests, `node:http` and `fetch` (undici), through Node's diagnostics
 * channels: nothing is patched, and nothing is loaded that the program does not load itself.
 */
export class HttpWatch {
  readonly #isOurs: (request: object) => boolean;
  readonly #started = new WeakMap<object, bigint>();
  #count = 0;
  #nanos = 0n;

  /** @param isOurs tells Sandscope's own requests, which are not counted */
  constructor(isOurs: (request: object) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Subscribes, for the rest of the process's life. */
  start(): void {
    const began = (message: unknown): void => this.#began(message);
    const ended = (message: unknown): void => this.#ended(message);
    subscribe('http.client.request.start', began);
    subscribe('http.client.response.finish', ended);
    subscribe('http.client.request.error', ended);
    subscribe('undici:request:create', began);
    subscribe('undici:request:headers', ended);
    subscribe('undici:request:error', ended);
  }

  /** The totals now. */
  read(): HttpUsage {
    return { count: this.#count, nanos: this.#nanos };
  }

  #began(message: unknown): void {
    try {
      const { request } = message as { request: object };
      if (!this.#isOurs(request)) this.#started.set(request, process.hrtime.bigint());
    } catch (error) {
      reportFailure('watching HTTP requests', error);
    }
  }

  #ended(message: unknown): void {
    try {
      const { request } = message as { request: object };
      const startNanos = this.#started.get(request);
      if (startNanos === undefined || !this.#started.delete(request)) return;
      this.#count += 1;
      this.#nanos += process.hrtime.bigint() - startNanos;
    } catch (error) {
      reportFailure('watching HTTP requests', error);
    }
  }
}
