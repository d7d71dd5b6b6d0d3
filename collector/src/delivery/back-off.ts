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
 * Waiting times with exponential backoff and full jitter: each is drawn between 0 and a ceiling that doubles from try
 * to try, so that many clients of a server that came back do not come back all at once.
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

  /** The next wait in ms, at least `floorMillis` (what a server asked for). */
  next(floorMillis = 0): number {
    const wait = this.#ceilingMillis * this.#random();
    this.#ceilingMillis = Math.min(this.#ceilingMillis * 2, this.#lastMillis);
    // What was asked for is spread too: all who were told the same would come at the same moment.
    return floorMillis === 0 ? wait : floorMillis + Math.min(wait, this.#firstMillis);
  }

  /** Begins again after a success. */
  reset(): void {
    this.#ceilingMillis = this.#firstMillis;
  }
}
