const SLICE_MS = 10;

/** Splits long work into slices of 10 ms, so that other requests get a turn in between. */
export class TimeSlice {
  #since = performance.now();

  /** Lets other work run if the slice is over. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await new Promise(setImmediate);
    this.#since = performance.now();
  }
}

/** Lets other work run now. */
export async function yieldToEventLoop(): Promise<void> {
  await new Promise(setImmediate);
}
