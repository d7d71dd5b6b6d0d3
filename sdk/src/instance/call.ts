import { monotonicMs } from '../clock/clock.ts';
import type { Instance } from './instance.ts';
import type { Invocation, Outcome } from '../invocation/invocation.ts';
import { endings } from '../invocation/on-demand.ts';
import { contained, guarded } from '../fence/report.ts';
import type { Attributes } from '../otlp/span.ts';
import { after } from '../fence/timer.ts';
import type { Cancel } from '../fence/timer.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';

/** What is specific to one call. */
export interface CallOptions {
  readonly waitUntil?: WaitUntil | undefined;
  /** Called once when it ended. */
  readonly onEnd?: (() => void) | undefined;
}

/** An invocation in progress. None of its methods throws. */
export class Call {
  readonly #instance: Instance;
  readonly #invocation: Invocation;
  readonly #options: CallOptions;
  #ended = false;
  #stopped = false;
  /** Ended as timed out while the handler still runs. */
  #overdue = false;
  /** What the answer waits for, until it is returned. */
  #held: Promise<void> | undefined;
  #cancelWatchdog: Cancel | undefined;
  /** On the monotonic clock, ms; infinite if the platform reported none. */
  #deadlineMs = Infinity;
  #marginMs = 0;
  /** The handler has returned, and its answer may still come through a callback. */
  awaitsCallback = false;

  constructor(instance: Instance, invocation: Invocation, options: CallOptions) {
    this.#instance = instance;
    this.#invocation = invocation;
    this.#options = options;
    openCalls.add(this);
  }

  /** Adds attributes that became known after the start. */
  add(attributes: Attributes): void {
    this.#invocation.attributes = { ...this.#invocation.attributes, ...attributes };
  }

  /** The handler is about to be called. */
  started(): void {
    this.#instance.recorder.started(this.#invocation);
  }

  /** The handler is done, but its outcome is not known yet: the invocation ends at this moment. */
  stopped(): void {
    if (this.#ended) return;
    this.#stopped = true;
    this.#instance.recorder.stopped(this.#invocation);
  }

  /** Whether the handler is done and its answer is still awaited. */
  get isAnswering(): boolean {
    return this.#stopped && !this.#ended;
  }

  /** Whether the answer has to wait for the export. */
  get holds(): boolean {
    return this.#instance.delivery.holds;
  }

  /**
   * Ends the invocation; only the first call counts.
   *
   * @param judge decides the outcome; called after the moment was recorded, its errors are reported; default: success
   * @returns what the result has to wait for, which never rejects; undefined if it may be returned at once. If a
   *   handler answers again while its first answer is held back, the second answer follows the first, as it would have
   */
  end(judge: () => Outcome = success): Promise<void> | undefined {
    if (this.#overdue) overdueCalls -= 1;
    this.#overdue = false;
    if (!this.#close(judge)) return this.#held;
    const held = guarded('ending an invocation', () =>
      this.#instance.delivery.ended(this.#invocation.requestId, this.#options.waitUntil),
    );
    if (held === undefined) return undefined;
    const over = contained('exporting an invocation', held);
    guarded('delaying an answer', () => this.#instance.recorder.heldBack(this.#invocation, over));
    this.#held = over;
    void over.then(() => (this.#held = undefined));
    return over;
  }

  /** The answer was returned before the export that it waited for was over. */
  answered(): void {
    guarded('ending an invocation', () => this.#instance.recorder.answered(this.#invocation));
  }

  /**
   * The process is about to end: records the end of the invocation, for the last export.
   *
   * @param otherwise what ended it, unless its time was over
   */
  abandon(otherwise: (call: Call) => unknown): void {
    const leftMs = this.#deadlineMs - monotonicMs();
    this.#close(() => ({
      thrown: leftMs <= this.#marginMs ? new (endings().TimedOut)(leftMs) : otherwise(this),
    }));
  }

  /**
   * Ends the invocation as timed out if it is still running shortly before its deadline. The handler is not
   * interrupted. A blocked event loop cannot notice the timeout; the platform then kills the process.
   *
   * @param remainingMillis time until the deadline, ms; undefined if there is none
   */
  watchDeadline(remainingMillis: number | undefined): void {
    if (remainingMillis === undefined || !(remainingMillis > 0) || this.#ended) return;
    this.#deadlineMs = monotonicMs() + remainingMillis;
    this.#marginMs = Math.min(this.#instance.config.timeoutMarginMillis, remainingMillis / 4);
    if (this.#marginMs === 0) return;
    this.#cancelWatchdog = after(remainingMillis - this.#marginMs, 'watching for a time-out', () => {
      this.#timeOut();
    });
  }

  /** True only for the first end. */
  #close(judge: () => Outcome): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    guarded('ending an invocation', () => this.#instance.recorder.end(this.#invocation, judge));
    openCalls.delete(this);
    this.#cancelWatchdog?.();
    const { onEnd } = this.#options;
    if (onEnd) guarded('ending an invocation', onEnd);
    return true;
  }

  #timeOut(): void {
    const leftMs = this.#deadlineMs - monotonicMs();
    if (!this.#close(() => ({ thrown: new (endings().TimedOut)(leftMs) }))) return;
    this.#overdue = true;
    overdueCalls += 1;
    guarded('exporting a time-out', () =>
      this.#instance.delivery.timedOut(this.#invocation.requestId, leftMs),
    );
  }
}

function success(): Outcome {
  return undefined;
}

/** Calls that have not ended. */
const openCalls = new Set<Call>();
/** Calls that count as timed out and are still running. */
let overdueCalls = 0;

/**
 * A runtime treats an empty event loop as the end of the invocation: as a success if a callback was never called, as an
 * error if a promise can no longer settle.
 */
export function endStuckCalls(): void {
  for (const call of openCalls)
    void call.end(() => (call.awaitsCallback ? undefined : { thrown: new (endings().Unsettled)() }));
}

/**
 * Ends the running calls: as timed out if their time was over, otherwise with `otherwise`.
 *
 * @returns whether a handler was running
 */
export function abandonCalls(otherwise: (call: Call) => unknown): boolean {
  const running = openCalls.size + overdueCalls > 0;
  for (const call of openCalls) call.abandon(otherwise);
  return running;
}
