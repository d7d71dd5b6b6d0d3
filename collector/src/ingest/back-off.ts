const FIRST_MILLIS = 100;
const LAST_MILLIS = 30_000;

/** Waiting times that double from 100 ms to 30 s, each with up to half of it taken off by chance. */
export class BackOff {
  #nextMillis = FIRST_MILLIS;
  readonly #lastMillis: number;

  constructor(lastMillis: number = LAST_MILLIS) {
    this.#lastMillis = lastMillis;
  }

  /** The next wait in ms, at least `floorMillis` (what a server asked for). */
  next(floorMillis = 0): number {
    const wait = this.#nextMillis * (0.5 + Math.random() / 2);
    this.#nextMillis = Math.min(this.#nextMillis * 2, this.#lastMillis);
    return Math.max(wait, floorMillis);
  }

  /** Begins again after a success. */
  reset(): void {
    this.#nextMillis = FIRST_MILLIS;
  }
}
