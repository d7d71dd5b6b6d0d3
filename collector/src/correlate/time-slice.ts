const SLICE_MS = 10;

/** Splits long work into slices of 10 ms, so that other requests get a turn in between. */
export class TimeSlice {
  readonly #sliceMs: number;
  #since = performance.now();

  /** @param sliceMs length of a slice; 0 lets others run before each item */
  constructor(sliceMs: number = SLICE_MS) {
    this.#sliceMs = sliceMs;
  }

  /** Whether others should get a turn now. */
  get isOver(): boolean {
    return performance.now() - this.#since >= this.#sliceMs;
  }

  /** Lets other work run if the slice is over. */
  async pause(): Promise<void> {
    if (!this.isOver) return;
    await yieldToEventLoop();
    this.#since = performance.now();
  }

  /** Calls back for each item, in order, and lets other work run in between. */
  async each<Item>(items: Iterable<Item>, use: (item: Item) => void): Promise<void> {
    for (const item of items) {
      // Awaiting something for each item would cost more than most callbacks.
      if (this.isOver) await this.pause();
      use(item);
    }
  }
}

/** Lets other work run now. */
export async function yieldToEventLoop(): Promise<void> {
  await new Promise(setImmediate);
}
