/**
 * Milliseconds since the epoch that never jump and never go back while the process lives: the wall clock of the start
 * and what the monotonic clock counted since. Ages and windows stay right when the wall clock is set.
 */
export class SteadyClock {
  readonly #startMillis: number;
  readonly #startedAt = performance.now();

  /** @param notBefore the newest time already on disk: a restart after the wall clock was set back goes on from there. */
  constructor(notBefore = 0) {
    this.#startMillis = Math.max(Date.now(), notBefore);
  }

  now(): number {
    return Math.round(this.#startMillis + performance.now() - this.#startedAt);
  }
}
