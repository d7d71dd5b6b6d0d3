const FIRST_MILLIS = 100;
const LAST_MILLIS = 30_000;

export interface BackOffOptions {
  /** Ceiling of the first wait, ms. Default 100. */
  readonly firstMillis?: number;
  /** Ceiling of every wait, ms. Default 30 s. */
  readonly lastMillis?: number;
  /** 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * Waiting times with exponential backoff and full jitter. Each is drawn between 0 and a ceiling that doubles with each
 * attempt, so that many clients do not all return to a recovered server at once.
 */
export class BackOff {
  readonly #firstMillis: number;
  readonly #lastMillis: number;
  readonly #random: () => number;
  #ceilingMillis: number;

  constructor({
    firstMillis = FIRST_MILLIS,
    lastMillis = LAST_MILLIS,
    random = Math.random,
  }: BackOffOptions = {}) {
    this.#firstMillis = Math.min(firstMillis, lastMillis);
    this.#lastMillis = lastMillis;
    this.#random = random;
    this.#ceilingMillis = this.#firstMillis;
  }

  /** The next wait in ms, at least `floorMillis` (the time a server asked for). */
  next(floorMillis = 0): number {
    const wait = this.#ceilingMillis * this.#random();
    this.#ceilingMillis = Math.min(this.#ceilingMillis * 2, this.#lastMillis);
    // The requested wait is spread too: otherwise all clients that got the same answer would return at the same moment.
    return floorMillis === 0 ? wait : floorMillis + Math.min(wait, this.#firstMillis);
  }

  /** Starts over after a success. */
  reset(): void {
    this.#ceilingMillis = this.#firstMillis;
  }
}
