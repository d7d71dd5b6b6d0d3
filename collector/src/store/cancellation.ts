import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal>();

/** Cancels in the engine every query made inside `work`, also later in its promises, when the signal aborts. */
export function cancelledBy<T>(signal: AbortSignal, work: () => T): T {
  return current.run(signal, work);
}

/** The signal of the current request; undefined outside a request. */
export function currentCancellation(): AbortSignal | undefined {
  return current.getStore();
}

/** Work that others wait for too: it continues when the request that started it ends. */
export function uncancelled<T>(work: () => T): T {
  return current.exit(work);
}
