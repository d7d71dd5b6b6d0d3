/** A stop between two steps of a loop, asked for by somebody who needs what the loop fills to stand still. */
export class Hold {
  readonly #isReady: () => boolean;
  readonly #atRest = new AbortController();
  readonly #released = new AbortController();

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  /** For the loop, before each step: returns at once until there is a place to stand still at, then at the release. */
  async pass(): Promise<void> {
    if (!this.#isReady()) return;
    this.#atRest.abort();
    await aborted(this.#released.signal);
  }

  /** For who asked: resolves when the loop stands still. @throws the reason of the signal, when that comes first */
  async reached(signal: AbortSignal): Promise<void> {
    await aborted(AbortSignal.any([this.#atRest.signal, signal]));
    if (!this.#atRest.signal.aborted) signal.throwIfAborted();
  }

  release(): void {
    this.#released.abort();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
