/** A pause between two steps of a loop, for a caller that needs the loop's target unchanged for a while. */
export class Hold {
  readonly #isReady: () => boolean;
  readonly #atRest = new AbortController();
  readonly #released = new AbortController();

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  /**
   * For the loop, before each step: returns at once unless a pause was requested and is possible; then it waits for the
   * release.
   */
  async pass(): Promise<void> {
    if (!this.#isReady()) return;
    this.#atRest.abort();
    await aborted(this.#released.signal);
  }

  /** For the caller: resolves when the loop is paused. @throws the reason of the signal, if it aborts first */
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
