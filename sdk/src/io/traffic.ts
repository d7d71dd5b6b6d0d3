/** The first invocations of a process are always measured in full. */
const FIRST = 20;
const FREQUENT_MS = 1000;
const SHORT_MS = 10;

/**
 * Decides when invocations are so frequent and short that the cost of measuring each would show. The expensive
 * readings are then taken once a second. After a pause, when none of the kernel's data is in the CPU caches, reading
 * `/proc/stat`, `/proc/net/dev` and writing a note take 30 to 50 µs each (`npm run bench:overhead`).
 */
export class Traffic {
  #fullAtMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.POSITIVE_INFINITY;

  /**
   * Whether an invocation that begins now is measured in full.
   *
   * @param ordinal 1 for the first of the process
   * @param nowMs monotonic clock, ms
   */
  measuresInFull(ordinal: number, nowMs: number): boolean {
    const full = ordinal <= FIRST || this.#lastMs >= SHORT_MS || nowMs - this.#fullAtMs >= FREQUENT_MS;
    if (full) this.#fullAtMs = nowMs;
    return full;
  }

  /** An invocation took this long. */
  ended(durationMs: number): void {
    this.#lastMs = durationMs;
  }
}
