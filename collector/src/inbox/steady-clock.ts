/**
 * Milliseconds since the epoch that never jump and never go back during the life of the process: the wall clock at
 * start plus the time counted by the monotonic clock. Ages and windows stay right when the wall clock is set.
 */
export class SteadyClock {
  readonly #startMillis: number;
  readonly #startedAt = performance.now();

  /**
   * @param notBefore the newest time already on disk: after the wall clock was set back, a restart continues from
   *   there.
   */
  constructor(notBefore = 0) {
    this.#startMillis = Math.max(Date.now(), notBefore);
  }

  now(): number {
    return Math.round(this.#startMillis + performance.now() - this.#startedAt);
  }
}
