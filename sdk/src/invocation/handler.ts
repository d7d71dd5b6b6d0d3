/** A handler of any kind: type inference needs the widest function there is. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyHandler = (this: any, ...args: any[]) => unknown;

/** Whether `value` has a `then` to call. Never throws. */
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

/** As the Lambda runtime tells it. Never throws. */
export function isAsyncFunction(handler: AnyHandler): boolean {
  try {
    return handler.constructor.name === 'AsyncFunction';
  } catch {
    return false;
  }
}

type Run = (self: unknown, args: unknown[]) => unknown;

/** An async function that hands its `this` and its arguments to `run`. */
export function asyncShell(run: Run): AnyHandler {
  return async function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return await run(this, args);
  };
}

/** As `asyncShell`, but a plain function. */
export function plainShell(run: Run): AnyHandler {
  // A method, for it has `this` and no `prototype` of its own.
  const holder = {
    wrapped(this: unknown, ...args: unknown[]): unknown {
      return run(this, args);
    },
  };
  return Reflect.get(holder, 'wrapped');
}

/**
 * Gives `shell` everything that can be asked of `handler` without calling it. A method that hands back the handler, as
 * those of builders do (`middy(…).use(…)`), hands back the shell: what is built on stays wrapped.
 */
export function disguise(shell: AnyHandler, handler: AnyHandler): void {
  for (const key of Reflect.ownKeys(handler)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(handler, key);
    // `arguments` and `caller` of old-style functions are the engine's.
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

/** `method` with nothing changed but that it returns `shell` where it returned `handler`. */
function handingBack(method: AnyHandler, handler: AnyHandler, shell: AnyHandler): AnyHandler {
  return new Proxy(method, {
    apply(target, self: unknown, args: unknown[]): unknown {
      const result: unknown = Reflect.apply(target, self === shell ? handler : self, args);
      return result === handler ? shell : result;
    },
  });
}
