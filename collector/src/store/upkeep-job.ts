import { setTimeout as delay } from 'node:timers/promises';
import { CollectorError } from '../errors/errors.ts';

export interface UpkeepJobOptions {
  /** Does the pending work; checks the job's signal between two statements. */
  readonly work: () => Promise<unknown>;
  readonly intervalSeconds: number;
  /** The consequence of a failure, for the warning. */
  readonly fault: string;
  readonly warn: (message: string) => void;
}

/** Work on the store that is repeated in the background. It waits silently while the engine is unavailable. */
export class UpkeepJob {
  readonly #options: UpkeepJobOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: UpkeepJobOptions) {
    this.#options = options;
  }

  /** Aborted once the job is to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops after the running statement. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { work, intervalSeconds, fault, warn } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await work().catch((error: unknown) => {
        const isPassing = error instanceof CollectorError && error.code === 'ERR_ENGINE_UNAVAILABLE';
        if (!isPassing && !signal.aborted) warn(`${fault}: ${(error as Error).message}`);
      });
      await delay(intervalSeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
