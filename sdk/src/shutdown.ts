import { reportFailure } from './report.ts';

/** Longest that the goodbye may take: an extension inside the function gets 500 ms, the runtime 300 of them. */
const GOODBYE_MS = 280;

/**
 * On SIGTERM says goodbye, then lets the process end as it would have ended without us: the signal is raised again with
 * its default action restored. A program that listens to SIGTERM itself decides about its end itself.
 *
 * @param goodbye resolves when everything is said; is given the ms it has, and whether the process ends right after it
 */
export function onTermination(goodbye: (timeoutMillis: number, endsNow: boolean) => Promise<void>): void {
  let leaving = false;
  const listener = (): void => {
    if (leaving) return;
    leaving = true;
    const alone = process.listenerCount('SIGTERM') === 1;
    goodbye(GOODBYE_MS, alone)
      .catch((error: unknown) => reportFailure('saying goodbye', error))
      .finally(() => {
        process.removeListener('SIGTERM', listener);
        if (alone) process.kill(process.pid, 'SIGTERM');
      })
      .catch((error: unknown) => reportFailure('ending the process', error));
  };
  // First in the row: a listener of the program may end the process at once.
  process.prependListener('SIGTERM', listener);
}
