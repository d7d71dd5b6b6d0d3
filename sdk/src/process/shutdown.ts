import { contained, fenced, guarded } from '../fence/report.ts';
import { after } from '../fence/timer.ts';

/** Longest that the goodbye may take: an extension inside the function gets 500 ms, the runtime 300 of them. */
const GOODBYE_MS = 280;
// The signal is delivered at once; whoever is still here after that was not ended by it.
const SIGNAL_MS = 20;
// As a shell tells an end by SIGTERM.
const EXIT_CODE = 143;

/**
 * On SIGTERM says goodbye, then lets the process end as it would have ended without us: the signal is raised again with
 * its default action restored. A program that listens to SIGTERM itself decides about its end itself, and may go on: then
 * each further signal is another goodbye.
 *
 * @param goodbye resolves when everything is said; is given the ms it has, and whether the process ends right after it
 */
export function onTermination(goodbye: (timeoutMillis: number, endsNow: boolean) => Promise<void>): void {
  let leaving = false;
  const listener = fenced('ending the process', () => {
    if (leaving) return;
    leaving = true;
    const alone = isAlone();
    const over = fenced('ending the process', () => {
      leaving = false;
      if (alone) endBySignal(listener);
    });
    // At once: the next listener may end the process, and what has begun by then is sent in its last moment.
    const said = async (): Promise<void> => goodbye(GOODBYE_MS, alone);
    void contained('saying goodbye', said()).then(over);
  });
  // First in the row: a listener of the program may end the process at once.
  process.prependListener('SIGTERM', listener);
}

/** Whether nobody else listens to the signal, so that it would have ended the process. */
function isAlone(): boolean {
  const count: unknown = guarded('counting listeners', () => process.listenerCount('SIGTERM'));
  if (typeof count === 'number') return count === 1;
  return guarded('counting listeners', () => process.listeners('SIGTERM').length === 1) ?? true;
}

/** Ends the process as the signal would have; by an exit where that cannot be done. */
function endBySignal(listener: () => void): void {
  guarded('ending the process', () => {
    process.removeListener('SIGTERM', listener);
    process.kill(process.pid, 'SIGTERM');
  });
  after(SIGNAL_MS, 'ending the process', () => process.exit(EXIT_CODE), true);
}
