import { afterResponse } from '../fence/after-response.ts';
import type { Config } from '../config/config.ts';
import type { SpanPipeline } from './span-pipeline.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import { DEADLINE_RESERVE_MS } from './deadline.ts';
import { ExtensionClient } from '../export/extension-client.ts';
import { HttpClient } from '../export/http-client.ts';

/** When the spans of an invocation leave the sandbox. */
export interface Delivery {
  /** Resolves when the way of delivery is decided. */
  readonly ready: Promise<void>;
  /** Whether a result has to wait for its export. */
  readonly holds: boolean;
  /** A handler is about to be called. */
  started(requestId: string | undefined): void;
  /**
   * A handler ended.
   *
   * @param waitUntil the platform's hook for this invocation, looked up only in the mode of that name
   * @returns a promise that the result has to wait for; undefined if it may be returned at once
   */
  ended(requestId: string | undefined, waitUntil?: WaitUntil): Promise<void> | undefined;
  /**
   * A handler is still running although its time is almost over: export now what was recorded, or lose it.
   *
   * @param leftMillis time until the deadline, ms
   */
  timedOut(requestId: string | undefined, leftMillis: number): void;
}

/** The part of a delivery that is not needed before an invocation ends. */
export type LateDelivery = Pick<Delivery, 'ended' | 'timedOut'>;

/** The delivery for `config.mode`; the mode `none` has none. */
export function openDelivery(config: Config, pipeline: () => SpanPipeline): Delivery {
  const { mode, runtimeApi } = config;
  if (mode === 'extension' && runtimeApi !== undefined)
    return new ExtensionDelivery(config, runtimeApi, pipeline);
  return {
    ready: Promise.resolve(),
    holds: mode === 'sync' || mode === 'waitUntil',
    started: () => undefined,
    ended: (requestId, waitUntil) => pipeline().delivery.ended(requestId, waitUntil),
    timedOut: (requestId, leftMillis) => pipeline().delivery.timedOut(requestId, leftMillis),
  };
}

/** Exports after the response while the Extensions API keeps the sandbox awake; before it if that API refuses. */
class ExtensionDelivery implements Delivery {
  readonly ready: Promise<void>;
  readonly #extension: ExtensionClient;
  readonly #pipeline: () => SpanPipeline;

  constructor(config: Config, runtimeApi: string, pipeline: () => SpanPipeline) {
    this.#pipeline = pipeline;
    this.#extension = new ExtensionClient({
      runtimeApi,
      client: new HttpClient(),
      holdMillis: config.exportTimeoutMillis,
      exportSpans: (timeoutMillis, mayKeep) => {
        pipeline().finish();
        if (mayKeep && pipeline().keeps()) return undefined;
        pipeline().encode();
        return pipeline().exportAndMeasure(timeoutMillis, false);
      },
    });
    this.ready = this.#extension.register();
  }

  get holds(): boolean {
    return this.#extension.state !== 'active';
  }

  started(requestId: string | undefined): void {
    if (this.#extension.state === 'active') this.#extension.handlerStarted(requestId);
  }

  ended(requestId: string | undefined): Promise<void> | undefined {
    if (this.#extension.state !== 'active') return this.#pipeline().delivery.ended(requestId);
    this.#extension.handlerEnding(requestId);
    // The result goes first.
    afterResponse('the end of an invocation', () => this.#extension.handlerEnded(requestId));
    return undefined;
  }

  timedOut(requestId: string | undefined, leftMillis: number): void {
    if (this.#extension.state !== 'active') return this.#pipeline().delivery.timedOut(requestId, leftMillis);
    this.#extension.handlerTimedOut(requestId, DEADLINE_RESERVE_MS);
  }
}
