import { monotonicMs } from '../clock/clock.ts';
import type { Instance } from '../instance.ts';
import type { Invocation, Outcome } from './invocation.ts';
import { late } from '../late.ts';
import { contained, guarded } from '../fence/report.ts';
import type { Attributes } from '../span/span.ts';
import { after } from '../fence/timer.ts';
import type { Cancel } from '../fence/timer.ts';
import type { WaitUntil } from './wait-until.ts';

/** What is particular to one call. */
export interface CallOptions {
  readonly waitUntil?: WaitUntil | undefined;
  /** Called once when it ended. */
  readonly onEnd?: (() => void) | undefined;
}

/** One invocation's way to its end. None of its methods throws. */
export class Call {
  readonly #instance: Instance;
  readonly #invocation: Invocation;
  readonly #options: CallOptions;
  #ended = false;
  #stopped = false;
  /** Ended as timed out, and the handler still runs. */
  #overdue = false;
  /** What the answer waits for, until it is handed on. */
  #held: Promise<void> | undefined;
  #cancelWatchdog: Cancel | undefined;
  /** On the monotonic clock, ms; infinite when the platform told none. */
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

  /** The handler is called now. */
  started(): void {
    this.#instance.recorder.started(this.#invocation);
  }

  /** The handler is done, though it is not known yet how it went: the invocation ends with this moment. */
  stopped(): void {
    if (this.#ended) return;
    this.#stopped = true;
    this.#instance.recorder.stopped(this.#invocation);
  }

  /** Whether the handler is done, and what was answered is waited for. */
  get isAnswering(): boolean {
    return this.#stopped && !this.#ended;
  }

  /** Whether the answer has to wait for the export. */
  get holds(): boolean {
    return this.#instance.delivery.holds;
  }

  /**
   * Ends the invocation, the first time.
   *
   * @param judge how it went; asked after the moment was taken down, and what it throws is reported; default: well
   * @returns what the result has to wait for, which never rejects; undefined when it may go at once. A handler that answers
   *   again while its first answer is held back comes after that, as it would have
   */
  end(judge: () => Outcome = well): Promise<void> | undefined {
    if (this.#overdue) overdueCalls -= 1;
    this.#overdue = false;
    if (!this.#close(judge)) return this.#held;
    const held = guarded('ending an invocation', () =>
      this.#instance.delivery.ended(this.#invocation.requestId, this.#options.waitUntil),
    );
    if (held === undefined) return undefined;
    const over = contained('exporting an invocation', held);
    guarded('holding an answer back', () => this.#instance.recorder.heldBack(this.#invocation, over));
    this.#held = over;
    void over.then(() => (this.#held = undefined));
    return over;
  }

  /** What had to wait for the export did not wait for all of it. */
  answered(): void {
    guarded('ending an invocation', () => this.#instance.recorder.answered(this.#invocation));
  }

  /**
   * The process is about to be gone: takes the end down, for whoever writes the last words.
   *
   * @param otherwise what ended it, unless its time was over
   */
  abandon(otherwise: (call: Call) => unknown): void {
    const leftMs = this.#deadlineMs - monotonicMs();
    this.#close(() => ({
      thrown: leftMs <= this.#marginMs ? new (late().TimedOut)(leftMs) : otherwise(this),
    }));
  }

  /**
   * Ends the invocation as timed out when it still runs shortly before its deadline. The handler is left alone. A
   * blocked event loop sees nothing: then the platform kills the process.
   *
   * @param remainingMillis time until the deadline, ms; undefined where there is none
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

  /** True the first time. */
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
    if (!this.#close(() => ({ thrown: new (late().TimedOut)(leftMs) }))) return;
    this.#overdue = true;
    overdueCalls += 1;
    guarded('exporting a time-out', () =>
      this.#instance.delivery.timedOut(this.#invocation.requestId, leftMs),
    );
  }
}

function well(): Outcome {
  return undefined;
}

/** Calls that have not ended. */
const openCalls = new Set<Call>();
/** Calls that count as timed out and still run. */
let overdueCalls = 0;

/**
 * A runtime takes an empty event loop as the end of the invocation: of one whose callback was never called as a success,
 * of one whose promise can no longer settle as an error.
 */
export function endStuckCalls(): void {
  for (const call of openCalls)
    void call.end(() => (call.awaitsCallback ? undefined : { thrown: new (late().Unsettled)() }));
}

/**
 * Ends what still runs, as timed out when its time was over, else as `otherwise` says.
 *
 * @returns whether a handler was running
 */
export function abandonCalls(otherwise: (call: Call) => unknown): boolean {
  const running = openCalls.size + overdueCalls > 0;
  for (const call of openCalls) call.abandon(otherwise);
  return running;
}
