import { guarded } from '../fence/report.ts';

/** Keeps the sandbox awake until the promise settles: offered under this name by Vercel, Netlify and others. */
export type WaitUntil = (promise: Promise<unknown>) => void;

// Where Vercel's runtime keeps the context of the current request; `@vercel/functions` reads it there.
const VERCEL = Symbol.for('@vercel/request-context');

/**
 * The `waitUntil` of one invocation: a method of its context or of another argument, otherwise that of Vercel's request
 * context. Undefined if there is none. Never throws.
 */
export function findWaitUntil(args: readonly unknown[]): WaitUntil | undefined {
  return guarded('looking for waitUntil', () => {
    for (const arg of args.slice(1)) {
      const found = methodOf(arg);
      if (found) return found;
    }
    const store = (globalThis as Record<symbol, unknown>)[VERCEL] as { get?: () => unknown } | undefined;
    return typeof store?.get === 'function' ? methodOf(store.get()) : undefined;
  });
}

function methodOf(owner: unknown): WaitUntil | undefined {
  if (typeof owner !== 'object' || owner === null) return undefined;
  const method: unknown = (owner as { waitUntil?: unknown }).waitUntil;
  if (typeof method !== 'function') return undefined;
  return (promise) => void Reflect.apply(method, owner, [promise]);
}
