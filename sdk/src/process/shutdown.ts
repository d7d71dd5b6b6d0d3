import { contained, fenced, guarded } from '../fence/report.ts';
import { after } from '../fence/timer.ts';

/** Time limit for `goodbye`: an internal extension gets 500 ms, of which the runtime uses 300. */
const GOODBYE_MS = 280;
// The signal is delivered at once; a process that still runs after this time was not ended by it.
const SIGNAL_MS = 20;
// The exit code that a shell reports for SIGTERM.
const EXIT_CODE = 143;

/**
 * On SIGTERM, calls `goodbye`, then lets the process end as it would have without the SDK: restores the signal's
 * default action and raises it again. A program with its own SIGTERM listener decides itself when to end, and may
 * continue; each further signal then calls `goodbye` again.
 *
 * @param goodbye resolves when everything is sent; receives the ms it has, and whether the process ends right after it
 * @returns stops listening
 */
export function onTermination(
  goodbye: (timeoutMillis: number, endsNow: boolean) => Promise<void>,
): () => void {
  let leaving = false;
  const listener = fenced('ending the process', () => {
    if (leaving) return;
    leaving = true;
    const alone = isAlone();
    const over = fenced('ending the process', () => {
      leaving = false;
      if (alone) endBySignal(listener);
    });
    // Start at once: the next listener may end the process, and an export in progress is completed in its last moment.
    const said = async (): Promise<void> => goodbye(GOODBYE_MS, alone);
    void contained('the shutdown span', said()).then(over);
  });
  // First among the listeners: a listener of the program may end the process at once.
  process.prependListener('SIGTERM', listener);
  return () => process.removeListener('SIGTERM', listener);
}

/** Whether there is no other listener for the signal, so that it would have ended the process. */
function isAlone(): boolean {
  const count: unknown = guarded('counting listeners', () => process.listenerCount('SIGTERM'));
  if (typeof count === 'number') return count === 1;
  return guarded('counting listeners', () => process.listeners('SIGTERM').length === 1) ?? true;
}

/** Ends the process as the signal would have; through an exit if that is not possible. */
function endBySignal(listener: () => void): void {
  guarded('ending the process', () => {
    process.removeListener('SIGTERM', listener);
    process.kill(process.pid, 'SIGTERM');
  });
  after(SIGNAL_MS, 'ending the process', () => process.exit(EXIT_CODE), true);
}
