import { errorMonitor } from 'node:events';
import type { Writable } from 'node:stream';

/** A handler of any kind: type inference needs the widest function there is. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyHandler = (this: any, ...args: any[]) => unknown;

/** The arguments of a call that Sandscope looks at. */
export interface Shape {
  readonly context: object | undefined;
  readonly callback: AnyHandler | undefined;
  /** Where a streaming handler writes its response to. */
  readonly stream: Writable | undefined;
}

/** Which argument is what: `(event, context, callback)`, or `(event, responseStream, context)` when streaming. */
export function readShape(args: readonly unknown[]): Shape {
  const [, second, third] = args;
  if (typeof third === 'function')
    return { context: asObject(second), callback: third as AnyHandler, stream: undefined };
  const context = asObject(third) ?? asObject(second);
  return { context, callback: undefined, stream: asObject(third) && asWritable(second) };
}

function asWritable(value: unknown): Writable | undefined {
  const { write, end, once } = (asObject(value) ?? {}) as Partial<Writable>;
  const isOne = [write, end, once].every((method) => typeof method === 'function');
  return isOne ? (value as Writable) : undefined;
}

/**
 * Calls `then` once when everything written to the stream is on its way, or when that failed (with what failed).
 *
 * @returns false when nothing is left to wait for; `then` is not called
 */
export function whenFlushed(
  stream: Writable,
  then: (outcome: { thrown: unknown } | undefined) => void,
): boolean {
  if (stream.writableFinished || stream.destroyed) return false;
  let failure: { thrown: unknown } | undefined;
  // A listener for `error` itself would keep an error from those who do not listen.
  stream.once(errorMonitor, (error: unknown) => (failure = { thrown: error }));
  const over = (): void => {
    stream.removeListener('finish', over);
    stream.removeListener('close', over);
    then(failure);
  };
  stream.once('finish', over);
  stream.once('close', over);
  return true;
}

function asObject(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

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

/** Gives `shell` everything that can be asked of `handler` without calling it. */
export function disguise(shell: AnyHandler, handler: AnyHandler): void {
  for (const key of Reflect.ownKeys(handler)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(handler, key);
    // `arguments` and `caller` of old-style functions are the engine's.
    if (descriptor && key !== 'arguments' && key !== 'caller') Reflect.defineProperty(shell, key, descriptor);
  }
  Reflect.setPrototypeOf(shell, Reflect.getPrototypeOf(handler));
}
