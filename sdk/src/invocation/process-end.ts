import { abandonCalls, endStuckCalls } from './call.ts';
import { monotonicMs } from '../clock/clock.ts';
import { late } from '../late.ts';
import { fenced, guarded } from '../fence/report.ts';

// A runtime reports what nobody caught and ends the process right after; an exit later than this has another reason.
const CRASH_MS = 5000;

/** Who is told of the end; called in the `exit` event, when nothing asynchronous runs any more. */
export interface EndListener {
  /** Whether an invocation has begun. */
  isUsed(): boolean;
  /** Whoever called is not answered any more: true when there was somebody. */
  failUnanswered(thrown: unknown): boolean;
  /** Told whether a call went without its answer. */
  lastWords(interrupted: boolean): void;
  /** The process fails before the first invocation. */
  failedInit(thrown: unknown): void;
}

let watching = false;
let crash: { readonly thrown: unknown; readonly atMs: number } | undefined;

/**
 * Sees the ends of a process that come without a signal: an empty event loop, `process.exit` in a handler, an error
 * nobody caught. Changes none of them. To be called while the handler's module is loaded: the runtime listens by then.
 */
export function watchProcessEnd(listener: EndListener): void {
  if (watching) return;
  watching = true;
  process.on('beforeExit', fenced('ending what is stuck', endStuckCalls));
  const crashed = fenced('an error that nobody caught', (thrown: unknown) => {
    crash = { thrown, atMs: monotonicMs() };
  });
  process.on('uncaughtExceptionMonitor', crashed);
  // The first listener of this one would change what Node does; the runtime's own makes room for ours.
  if (process.listenerCount('unhandledRejection') > 0) process.prependListener('unhandledRejection', crashed);
  process.on(
    'exit',
    fenced('the last words', (exitCode: unknown) => atExit(listener, Number(exitCode))),
  );
}

function atExit(listener: EndListener, exitCode: number): void {
  const why = crash !== undefined && monotonicMs() - crash.atMs < CRASH_MS ? crash : undefined;
  const thrown = (before?: string): unknown =>
    why === undefined ? new (late().ProcessExit)(exitCode, before) : why.thrown;
  if (!listener.isUsed()) {
    if (why !== undefined || exitCode !== 0) listener.failedInit(thrown('it was initialised'));
    return;
  }
  const unanswered = (): unknown => thrown('the runtime had the answer');
  const interrupted =
    guarded('ending what runs', () =>
      abandonCalls((call) => (call.isAnswering ? unanswered() : thrown())),
    ) === true;
  const failed = guarded('ending what was not answered', () => listener.failUnanswered(unanswered()));
  listener.lastWords(interrupted || failed === true);
}
