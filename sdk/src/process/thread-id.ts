import type * as WorkerThreads from 'node:worker_threads';
import { isLoaded } from './loaded-modules.ts';
import { guarded } from '../fence/report.ts';

/** Id of this thread; undefined on the main thread, and if Node does not report it at once. */
export function workerThreadId(): number | undefined {
  // On a worker thread, the module that creates workers is already loaded.
  if (!isLoaded('worker_threads')) return undefined;
  return guarded('the id of the thread', () => {
    const threads = process.getBuiltinModule?.('node:worker_threads') as typeof WorkerThreads | undefined;
    return threads === undefined || threads.isMainThread ? undefined : threads.threadId;
  });
}
