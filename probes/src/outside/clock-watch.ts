import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ClockStep } from './result.ts';

/** NTP slews by at most 0.5 ms per second; a larger difference between two checks is a step. */
const STEP_MS = 20;
const LOOK_EVERY_MS = 250;

/** Watches the clocks of this machine during a run. */
export class ClockWatch {
  readonly #origin: number;
  readonly #delay = monitorEventLoopDelay({ resolution: 5 });
  readonly #timer: NodeJS.Timeout;
  readonly #steps: ClockStep[] = [];
  readonly #wall: () => number;
  #difference: number;

  /**
   * @param origin `performance.now()` that the times of steps are relative to
   * @param wall Unix ms
   */
  constructor(origin: number, wall: () => number = Date.now) {
    this.#origin = origin;
    this.#wall = wall;
    this.#difference = wall() - performance.now();
    this.#delay.enable();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Records a step that happened since the last check. */
  look(): void {
    const now = performance.now();
    const difference = this.#wall() - now;
    const stepMs = difference - this.#difference;
    this.#difference = difference;
    if (Math.abs(stepMs) > STEP_MS) this.#steps.push({ atMs: now - this.#origin, stepMs });
  }

  get steps(): readonly ClockStep[] {
    return this.#steps;
  }

  /** Longest delay of the event loop beyond the timer's own resolution, ms. */
  stop(): { readonly eventLoopDelayMaxMs: number } {
    this.look();
    clearInterval(this.#timer);
    this.#delay.disable();
    return { eventLoopDelayMaxMs: Math.max(0, this.#delay.max / 1e6 - 5) };
  }
}
