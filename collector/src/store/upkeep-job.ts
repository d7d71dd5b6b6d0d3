import { setTimeout as delay } from 'node:timers/promises';
import { CollectorError } from '../errors/errors.ts';

export interface UpkeepJobOptions {
  readonly intervalSeconds: number;
  /** The consequence of a failure, for the warning. */
  readonly fault: string;
  readonly warn: (message: string) => void;
}

/** Work on the store that is repeated in the background. It waits silently while the engine is unavailable. */
export abstract class UpkeepJob {
  readonly #job: UpkeepJobOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(job: UpkeepJobOptions) {
    this.#job = job;
  }

  /** Does all work that is due now; checks the signal between two statements. */
  protected abstract work(): Promise<unknown>;

  /** Aborted once the job is to stop. */
  protected get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Starts the work in the background. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops after the running statement. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { intervalSeconds, fault, warn } = this.#job;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.work().catch((error: unknown) => {
        const isPassing = error instanceof CollectorError && error.code === 'ERR_ENGINE_UNAVAILABLE';
        if (!isPassing && !signal.aborted) warn(`${fault}: ${(error as Error).message}`);
      });
      await delay(intervalSeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
