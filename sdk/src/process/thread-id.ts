import type * as WorkerThreads from 'node:worker_threads';
import { isLoaded } from './loaded-modules.ts';
import { guarded } from '../fence/report.ts';

/** Id of this thread where it is not the main one; undefined on the main thread, and where Node does not tell at once. */
export function workerThreadId(): number | undefined {
  // A worker thread has the module that made it.
  if (!isLoaded('worker_threads')) return undefined;
  return guarded('the id of the thread', () => {
    const threads = process.getBuiltinModule?.('node:worker_threads') as typeof WorkerThreads | undefined;
    return threads === undefined || threads.isMainThread ? undefined : threads.threadId;
  });
}
