import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal>();

/** Everything asked of the store inside `work`, also later in its promises, ends in the engine when the signal does. */
export function cancelledBy<T>(signal: AbortSignal, work: () => T): T {
  return current.run(signal, work);
}

/** The signal of the request being served; undefined outside of one. */
export function currentCancellation(): AbortSignal | undefined {
  return current.getStore();
}

/** Work that others wait for too: it goes on when the request it began in ends. */
export function uncancelled<T>(work: () => T): T {
  return current.exit(work);
}
