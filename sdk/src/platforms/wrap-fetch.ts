import type { AnyHandler } from '../invocation/handler.ts';

/**
 * Wraps a handler that is a function, or an object with a function `fetch`. For an object, returns a new one with all
 * its properties and the wrapped `fetch`, which still sees the old object as `this`.
 */
export function wrapFetch<T extends AnyHandler | { fetch: AnyHandler }>(
  handler: T,
  wrapOne: (one: AnyHandler) => AnyHandler,
): T {
  if (typeof handler !== 'object' || handler === null || typeof handler.fetch !== 'function') {
    return wrapOne(handler as AnyHandler) as T;
  }
  const fetch = wrapOne(handler.fetch);
  if (fetch === handler.fetch) return handler;
  return Object.create(Object.getPrototypeOf(handler) as object | null, {
    ...Object.getOwnPropertyDescriptors(handler),
    fetch: {
      configurable: true,
      enumerable: true,
      writable: true,
      value: (...args: unknown[]): unknown => Reflect.apply(fetch, handler, args),
    },
  }) as T;
}
