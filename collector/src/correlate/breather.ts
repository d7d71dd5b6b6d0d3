const SLICE_MS = 10;

/** Long work in slices: other requests get their turn between two of them. */
export class Breather {
  #since = performance.now();

  /** Lets others run if the slice is over. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await new Promise(setImmediate);
    this.#since = performance.now();
  }
}

/** Lets others run now. */
export async function breathe(): Promise<void> {
  await new Promise(setImmediate);
}
