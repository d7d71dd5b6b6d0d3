import { monotonicMs } from './clock.ts';
import { abandonCalls, endStuckCalls } from './call.ts';
import { late } from './late.ts';
import { guarded } from './report.ts';

// A runtime reports what nobody caught and ends the process right after; an exit later than this has another reason.
const CRASH_MS = 5000;

let watching = false;
let crash: { readonly thrown: unknown; readonly atMs: number } | undefined;

/**
 * Sees the ends of a process that come without a signal: an empty event loop, `process.exit` in a handler, an error
 * nobody caught. Changes none of them. To be called while the handler's module is loaded: the runtime listens by then.
 *
 * @param lastWords called in the `exit` event, when nothing asynchronous runs any more; told whether handlers still ran
 */
export function watchProcessEnd(lastWords: (interrupted: boolean) => void): void {
  if (watching) return;
  watching = true;
  process.on('beforeExit', endStuckCalls);
  const crashed = (thrown: unknown): void => {
    crash = { thrown, atMs: monotonicMs() };
  };
  process.on('uncaughtExceptionMonitor', crashed);
  // The first listener of this one would change what Node does; the runtime's own makes room for ours.
  if (process.listenerCount('unhandledRejection') > 0) process.prependListener('unhandledRejection', crashed);
  process.on('exit', (exitCode) => {
    guarded('the last words', () => {
      const why = crash !== undefined && monotonicMs() - crash.atMs < CRASH_MS ? crash : undefined;
      lastWords(abandonCalls(() => (why === undefined ? new (late().ProcessExit)(exitCode) : why.thrown)));
    });
  });
}
