import { attempt } from '@sandscope/probes/inside';
import { monotonicMs } from '../clock/clock.ts';
import { after } from '../fence/timer.ts';
import type { Cancel } from '../fence/timer.ts';

const FIRST_INTERVAL_MS = 10;
const LONGEST_INTERVAL_MS = 1000;
// A shorter delay is due to the scheduler, not to a freeze.
const SLACK_MS = 50;

/** Clocks and timers; injected in tests. */
export interface FreezeWatchTime {
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  /** CPU time of the process, ms; NaN if unknown. */
  readonly cpuMs: () => number;
}

const systemTime: FreezeWatchTime = {
  nowMs: monotonicMs,
  cpuMs: () =>
    attempt(() => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e3;
    }) ?? Number.NaN,
};

/**
 * Measures for how long the process did not run while it was idle. A timer fires 10, 20, 40, … ms after the invocation
 * and later once a second. If it fires more than 50 ms late while the process used next to no CPU, a freeze delayed it
 * (or the machine gave this process no CPU time).
 *
 * The result is a lower bound: it misses at most one timer interval (10 ms right after the invocation, later up to a
 * second) and freezes below 50 ms. Costs about 1 µs per firing; the timer never keeps the process alive.
 */
export class FreezeWatch {
  readonly #time: FreezeWatchTime;
  #cancel: Cancel | undefined;
  #dueMs = 0;
  #intervalMs = 0;
  #cpuMs = 0;
  #frozenMs = 0;

  constructor(time: FreezeWatchTime = systemTime) {
    this.#time = time;
  }

  /**
   * From now on the process is idle.
   *
   * @param cpuMs CPU time of the process, if it was read a moment ago
   */
  start(cpuMs = this.#time.cpuMs()): void {
    this.#frozenMs = 0;
    this.#arm(FIRST_INTERVAL_MS, cpuMs);
  }

  /** How much of the idle time the process did not run, ms, as far as was observed; undefined if it was not watched. */
  stop(): number | undefined {
    if (this.#cancel === undefined) return undefined;
    this.#cancel();
    this.#cancel = undefined;
    this.#account();
    // NaN if the process's CPU time is unknown.
    return this.#frozenMs >= 0 ? this.#frozenMs : undefined;
  }

  #arm(intervalMs: number, cpuMs: number): void {
    this.#intervalMs = intervalMs;
    this.#dueMs = this.#time.nowMs() + intervalMs;
    this.#cpuMs = cpuMs;
    this.#cancel = after(intervalMs, 'watching for a freeze', () => {
      this.#account();
      this.#arm(Math.min(this.#intervalMs * 2, LONGEST_INTERVAL_MS), this.#time.cpuMs());
    });
  }

  #account(): void {
    const lateMs = this.#time.nowMs() - this.#dueMs;
    if (lateMs <= SLACK_MS) return;
    const usedMs = this.#time.cpuMs() - this.#cpuMs;
    if (!(usedMs >= lateMs / 10)) this.#frozenMs += usedMs < lateMs / 10 ? lateMs : Number.NaN;
  }
}
