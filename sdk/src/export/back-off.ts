import { monotonicMs } from '../clock/clock.ts';

const FIRST_MS = 250;
const LAST_MS = 5000;
const LONGEST_MS = 30_000;
// After a failed attempt that took 2 s, wait 20 s: a dead collector takes at most a tenth of the time.
const COST_FACTOR = 10;

/** Prevents each invocation from paying for an attempt while the collector does not answer. */
export class BackOff {
  readonly #nowMs: () => number;
  #failures = 0;
  #untilMs = 0;

  /** @param nowMs monotonic clock, ms */
  constructor(nowMs: () => number = monotonicMs) {
    this.#nowMs = nowMs;
  }

  /** ms until the next attempt; 0 means now. */
  get waitMs(): number {
    return Math.max(0, this.#untilMs - this.#nowMs());
  }

  /** The collector answered. */
  succeeded(): void {
    this.#failures = 0;
    this.#untilMs = 0;
  }

  /**
   * The attempt failed.
   *
   * @param costMs how long it took
   * @param retryAfterMs the delay that the collector asked for, if any
   */
  failed(costMs: number, retryAfterMs?: number): void {
    const growingMs = Math.min(FIRST_MS * 2 ** this.#failures, LAST_MS);
    this.#failures += 1;
    const pauseMs = retryAfterMs ?? Math.max(growingMs, costMs * COST_FACTOR);
    this.#untilMs = this.#nowMs() + Math.min(pauseMs, LONGEST_MS);
  }
}

/** `Retry-After` as ms: seconds or a date. Undefined if absent or invalid. */
export function parseRetryAfter(header: string | undefined, nowUnixMs = Date.now()): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header) : undefined;
  const ms = seconds === undefined ? Date.parse(header) - nowUnixMs : seconds * 1000;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
