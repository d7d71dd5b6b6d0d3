import { monotonicMs } from './clock.ts';
import type { AnyHandler, Shape } from './handler.ts';
import { isAsyncFunction } from './handler.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import { late } from './late.ts';
import { guarded } from './report.ts';
import type { WaitUntil } from './wait-until.ts';

// A timer beyond 2^31 ms would fire at once.
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** How an invocation ended: undefined is well, an object carries what was thrown. */
export type Outcome = { readonly thrown: unknown } | undefined;

/** One invocation's way to its end. */
export class Call {
  readonly #instance: Instance;
  readonly #invocation: Invocation;
  readonly #waitUntil: WaitUntil | undefined;
  readonly #forget: () => void;
  #ended = false;
  /** Ended as timed out, and the handler still runs. */
  #overdue = false;
  #watchdog: NodeJS.Timeout | undefined;
  /** On the monotonic clock, ms; infinite when the platform told none. */
  #deadlineMs = Infinity;
  #marginMs = 0;
  /** The handler takes a callback, so returning is not the end. */
  awaitsCallback = false;

  constructor(
    instance: Instance,
    invocation: Invocation,
    waitUntil: WaitUntil | undefined,
    forget: () => void,
  ) {
    this.#instance = instance;
    this.#invocation = invocation;
    this.#waitUntil = waitUntil;
    this.#forget = forget;
    openCalls.add(this);
  }

  /** Ends the invocation, the first time. Returns what the result has to wait for. Never throws. */
  end(outcome: Outcome): Promise<void> | undefined {
    if (this.#overdue) overdueCalls -= 1;
    this.#overdue = false;
    if (!this.#close(outcome)) return undefined;
    return guarded('ending an invocation', () =>
      this.#instance.delivery.ended(this.#invocation.requestId, this.#waitUntil),
    );
  }

  /**
   * The process is about to be gone: takes the end down, for whoever writes the last words.
   *
   * @param otherwise what ended it, unless its time was over
   */
  abandon(otherwise: (call: Call) => unknown): void {
    const leftMs = this.#deadlineMs - monotonicMs();
    this.#close({ thrown: leftMs <= this.#marginMs ? new (late().TimedOut)(leftMs) : otherwise(this) });
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
    if (this.#marginMs === 0 || remainingMillis > LONGEST_TIMER_MS) return;
    this.#watchdog = setTimeout(() => this.#timeOut(), remainingMillis - this.#marginMs).unref();
  }

  /** The arguments for the handler: the callback, and the callbacks of the context, tell us before they go on. */
  adapt(args: unknown[], { context, callback }: Shape, handler: AnyHandler): unknown[] {
    if (callback === undefined || isAsyncFunction(handler)) return args;
    this.awaitsCallback = handler.length > 2;
    if (context !== undefined) {
      this.#tap(context, 'done', (error) => outcomeOf(error));
      this.#tap(context, 'fail', (error) => ({ thrown: error }));
      this.#tap(context, 'succeed', () => undefined);
    }
    const adapted = [...args];
    adapted[2] = this.#tapped(callback, (error) => outcomeOf(error));
    return adapted;
  }

  /** True the first time. */
  #close(outcome: Outcome): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    openCalls.delete(this);
    clearTimeout(this.#watchdog);
    guarded('ending an invocation', () => {
      this.#forget();
      this.#instance.recorder.end(this.#invocation, outcome);
    });
    return true;
  }

  #timeOut(): void {
    const leftMs = this.#deadlineMs - monotonicMs();
    if (!this.#close({ thrown: new (late().TimedOut)(leftMs) })) return;
    this.#overdue = true;
    overdueCalls += 1;
    guarded('exporting a time-out', () =>
      this.#instance.delivery.timedOut(this.#invocation.requestId, leftMs),
    );
  }

  #tap(context: object, name: string, outcome: (error: unknown) => Outcome): void {
    const original: unknown = Reflect.get(context, name);
    if (typeof original === 'function')
      Reflect.set(context, name, this.#tapped(original as AnyHandler, outcome));
  }

  #tapped(original: AnyHandler, outcome: (error: unknown) => Outcome): AnyHandler {
    const end = (error: unknown): Promise<void> | undefined => this.end(outcome(error));
    return function (this: unknown, ...results: unknown[]): unknown {
      const held = end(results[0]);
      if (held === undefined) return Reflect.apply(original, this, results);
      held.then(() => Reflect.apply(original, this, results)).catch(rethrow);
      return undefined;
    };
  }
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
    void call.end(call.awaitsCallback ? undefined : { thrown: new (late().Unsettled)() });
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

function outcomeOf(error: unknown): Outcome {
  return error === undefined || error === null ? undefined : { thrown: error };
}

/** Out of the promise and into the open, where an error thrown by the runtime's own callback belongs. */
function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
