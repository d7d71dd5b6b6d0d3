/** Limits of one probe: it stops when either is used up and tells what it has. */
export interface ProbeBounds {
  /** Longest the probe may take, ms. */
  readonly timeoutMillis?: number;
}

/** `wanted` when it is a number within the limits, else the nearest limit; `usual` when nothing is wanted. */
export function bounded(wanted: number | undefined, usual: number, min: number, max: number): number {
  if (wanted === undefined || Number.isNaN(wanted)) return usual;
  return Math.min(max, Math.max(min, wanted));
}

/** The middle of `values`, of an even number the lower one; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Signals when its time is up. Its timer keeps no process alive. */
export class Deadline {
  readonly #endMs: number;
  #fired = false;
  readonly #timer: NodeJS.Timeout;
  readonly #passed: Promise<undefined>;

  constructor(timeoutMillis: number) {
    this.#endMs = performance.now() + timeoutMillis;
    const { promise, resolve } = promiseWithResolver();
    this.#passed = promise;
    this.#timer = setTimeout(() => {
      this.#fired = true;
      resolve();
    }, timeoutMillis);
    this.#timer.unref();
  }

  /** Whether the time is up. */
  get passed(): boolean {
    // A timer may fire a fraction of a millisecond before the clock says so; while the loop is busy, it fires late.
    return this.#fired || performance.now() >= this.#endMs;
  }

  /** What `work` resolves to, and the ms it took; undefined when the time is up first. The work itself goes on. */
  async time<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number } | undefined> {
    const startMs = performance.now();
    const timed = work.then((value) => ({ value, ms: performance.now() - startMs }));
    // Whoever stops waiting must not leave a rejection behind.
    timed.catch(() => undefined);
    return await Promise.race([timed, this.#passed]);
  }

  /** Stops the timer. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}

function promiseWithResolver(): { promise: Promise<undefined>; resolve: () => void } {
  let resolve: (value: undefined) => void = () => undefined;
  const promise = new Promise<undefined>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve(undefined) };
}
