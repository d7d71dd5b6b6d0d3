/** A handler of any kind: type inference needs the widest function type. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyHandler = (this: any, ...args: any[]) => unknown;

/** Whether `value` has a callable `then`. Never throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return (
      value !== null &&
      (typeof value === 'object' || typeof value === 'function') &&
      typeof (value as { then?: unknown }).then === 'function'
    );
  } catch {
    return false;
  }
}

/** Decides as the Lambda runtime does. Never throws. */
export function isAsyncFunction(handler: AnyHandler): boolean {
  try {
    return handler.constructor.name === 'AsyncFunction';
  } catch {
    return false;
  }
}

type Run = (self: unknown, args: unknown[]) => unknown;

/** An async function that passes its `this` and its arguments to `run`. */
export function asyncWrapper(run: Run): AnyHandler {
  return async function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return await run(this, args);
  };
}

/** Like `asyncWrapper`, but a plain function. */
export function plainWrapper(run: Run): AnyHandler {
  // A method, because it has `this` but no `prototype` of its own.
  const holder = {
    wrapped(this: unknown, ...args: unknown[]): unknown {
      return run(this, args);
    },
  };
  return Reflect.get(holder, 'wrapped');
}

/**
 * Gives `shell` all observable properties of `handler`. A method that returns the handler, as builder methods do
 * (`middy(…).use(…)`), returns the shell instead, so that the result stays wrapped.
 */
export function copyProperties(shell: AnyHandler, handler: AnyHandler): void {
  for (const key of Reflect.ownKeys(handler)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(handler, key);
    // `arguments` and `caller` of old-style functions belong to the engine.
    if (!descriptor || key === 'arguments' || key === 'caller') continue;
    const value: unknown = descriptor.value;
    const method = typeof value === 'function' && key !== 'prototype' ? (value as AnyHandler) : undefined;
    Reflect.defineProperty(
      shell,
      key,
      method ? { ...descriptor, value: handingBack(method, handler, shell) } : descriptor,
    );
  }
  Reflect.setPrototypeOf(shell, Reflect.getPrototypeOf(handler));
}

/** `method`, but returning `shell` where it returned `handler`. */
function handingBack(method: AnyHandler, handler: AnyHandler, shell: AnyHandler): AnyHandler {
  return new Proxy(method, {
    apply(target, self: unknown, args: unknown[]): unknown {
      const result: unknown = Reflect.apply(target, self === shell ? handler : self, args);
      return result === handler ? shell : result;
    },
  });
}
