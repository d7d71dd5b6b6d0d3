/** The shortest time limit that platforms offer is a second; a span misses the little before its handler began, ms. */
const LEAST_LIMIT_MS = 900;
/** Calls that a limit ends differ by less than this share of it. */
const SAME = 0.02;
/** Two failed calls that reach the same limit hardly do so by chance. */
const CERTAIN = 0.95;
/** Of a single failed call that took longer than every answer, it is not known. */
const OPEN = 0.5;

interface Durations {
  longestAnswerMs: number;
  readonly failedMs: number[];
}

/**
 * Whether failed calls that do not tell their kind were ended by a time limit. A limit ends all calls at the same
 * duration, and no answer takes longer than it.
 */
export class TimeLimits {
  readonly #of = new Map<string, Durations>();

  add(version: string, durationMs: number, hasFailed: boolean): void {
    let own = this.#of.get(version);
    if (!own) this.#of.set(version, (own = { longestAnswerMs: 0, failedMs: [] }));
    if (hasFailed) own.failedMs.push(durationMs);
    else if (durationMs > own.longestAnswerMs) own.longestAnswerMs = durationMs;
  }

  /** @returns probability that a failed call of this version and duration reached a limit */
  reached(version: string, durationMs: number): number {
    const { longestAnswerMs, failedMs } = this.#of.get(version)!;
    if (durationMs < LEAST_LIMIT_MS || durationMs <= longestAnswerMs * (1 + SAME)) return 0;
    let same = 0;
    for (const other of failedMs) {
      if (other > durationMs * (1 + SAME)) return 0;
      if (other >= durationMs * (1 - SAME)) same += 1;
    }
    return same > 1 ? CERTAIN : OPEN;
  }
}
