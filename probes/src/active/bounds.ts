/** Limits of one probe: it stops when either is used up and returns what it has measured. */
export interface ProbeBounds {
  /** Maximum duration of the probe, ms. */
  readonly timeoutMillis?: number;
}

/** `wanted` if it is a number within the limits, otherwise the nearest limit; `usual` if `wanted` is undefined. */
export function bounded(wanted: number | undefined, usual: number, min: number, max: number): number {
  if (wanted === undefined || Number.isNaN(wanted)) return usual;
  return Math.min(max, Math.max(min, wanted));
}

/** The median of `values`, for an even number the lower one; undefined for an empty list. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Signals when its time is up. Its timer does not keep the process alive. */
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
    // A timer may fire a fraction of a millisecond before its time is up; while the loop is busy, it fires late.
    return this.#fired || performance.now() >= this.#endMs;
  }

  /** The value of `work` and its duration in ms; undefined if the time is up first. The work then continues. */
  async time<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number } | undefined> {
    const startMs = performance.now();
    const timed = work.then((value) => ({ value, ms: performance.now() - startMs }));
    // If the caller stops waiting, a rejection must not stay unhandled.
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
