import { abandonCalls, endStuckCalls } from './call.ts';
import { monotonicMs } from '../clock/clock.ts';
import { endings } from '../invocation/on-demand.ts';
import { fenced, guarded } from '../fence/report.ts';

// A runtime reports an uncaught error and ends the process right after; a later exit has another reason.
const CRASH_MS = 5000;

/** Hooks for the end; called in the `exit` event, in which nothing asynchronous runs any more. */
export interface EndListener {
  /** Whether an invocation has begun. */
  isUsed(): boolean;
  /** Whether SIGTERM came, which a listener of the program handles. */
  isTerminated(): boolean;
  /** Records unanswered invocations as failed; returns true if there were any. */
  failUnanswered(thrown: unknown): boolean;
  /** Called with whether a call was interrupted before it was answered. */
  exportAtExit(interrupted: boolean): void;
  /** The process fails before the first invocation. */
  failedInit(thrown: unknown): void;
}

let watching = false;
let crash: { readonly thrown: unknown; readonly atMs: number } | undefined;

/**
 * Observes process ends that come without a signal: an empty event loop, `process.exit` in a handler, an uncaught
 * error. Changes none of them. Call it while the handler's module is loaded: the runtime's listeners exist by then.
 */
export function watchProcessEnd(listener: EndListener): void {
  if (watching) return;
  watching = true;
  process.on('beforeExit', fenced('ending stuck calls', endStuckCalls));
  const crashed = fenced('noting an uncaught error', (thrown: unknown) => {
    crash = { thrown, atMs: monotonicMs() };
  });
  process.on('uncaughtExceptionMonitor', crashed);
  // A first listener for this event would change what Node does; the runtime's own listener makes ours safe.
  if (process.listenerCount('unhandledRejection') > 0) process.prependListener('unhandledRejection', crashed);
  process.on(
    'exit',
    fenced('the export at exit', (exitCode: unknown) => atExit(listener, Number(exitCode))),
  );
}

function atExit(listener: EndListener, exitCode: number): void {
  const why = crash !== undefined && monotonicMs() - crash.atMs < CRASH_MS ? crash : undefined;
  const thrown = (before?: string): unknown =>
    why === undefined ? new (endings().ProcessExit)(exitCode, before) : why.thrown;
  if (!listener.isUsed()) {
    if (why === undefined && listener.isTerminated())
      listener.failedInit(new (endings().Interrupted)('sigterm'));
    else if (why !== undefined || exitCode !== 0) listener.failedInit(thrown('it was initialised'));
    return;
  }
  const unanswered = (): unknown => thrown('the runtime had the answer');
  const interrupted =
    guarded('ending the running calls', () =>
      abandonCalls((call) => (call.isAnswering ? unanswered() : thrown())),
    ) === true;
  const failed = guarded('failing unanswered calls', () => listener.failUnanswered(unanswered()));
  listener.exportAtExit(interrupted || failed === true);
}
