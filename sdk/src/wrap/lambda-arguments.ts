import { errorMonitor } from 'node:events';
import type { Writable } from 'node:stream';
import type { AnyHandler } from '../invocation/handler.ts';
import type { Outcome } from '../invocation/invocation.ts';
import { fenced } from '../fence/report.ts';

/** The arguments of a call that Sandscope reads. */
export interface Shape {
  readonly context?: object | undefined;
  readonly callback?: AnyHandler | undefined;
  readonly callbackIndex?: number | undefined;
  /** The stream that a streaming handler writes its response to. */
  readonly stream?: Writable | undefined;
}

// Properties that a runtime's context has, and no other argument of handlers.
const OF_A_CONTEXT = ['getRemainingTimeInMillis', 'awsRequestId', 'invokedFunctionArn'] as const;

const MAX_PRELUDE = 65_536;

/**
 * Identifies the arguments. Runtimes call `(event, context, callback)`, or `(event, responseStream, context)` if the
 * response is streamed; middleware may add arguments of its own. So the context is the argument that looks like one;
 * failing that, the second argument if it is any other object. May throw if an argument does.
 */
export function readShape([, ...args]: readonly unknown[]): Shape {
  const callbackAt = args.findIndex((arg, index) => index > 0 && typeof arg === 'function');
  const stream = args.find(isWritable);
  const second = args[0];
  const context =
    args.find(isContext) ??
    (stream === undefined ? asObject(second) : args.map(asObject).find((arg) => arg && arg !== stream));
  return {
    context,
    stream: callbackAt < 0 ? stream : undefined,
    ...(callbackAt >= 0 && { callback: args[callbackAt] as AnyHandler, callbackIndex: callbackAt + 1 }),
  };
}

/**
 * Calls `over` once when everything written to the stream is on its way, or when that failed (with the error).
 *
 * @returns false if nothing is left to wait for; `over` is not called
 */
export function whenFlushed(stream: Writable, over: (outcome: Outcome) => void): boolean {
  if (stream.writableFinished || stream.destroyed) return false;
  let failure: Outcome;
  // A listener for `error` itself would hide an error from programs that have no listener.
  stream.once(errorMonitor, (error: unknown) => (failure = { thrown: error }));
  const end = fenced('the end of a response', () => {
    stream.removeListener('finish', end);
    stream.removeListener('close', end);
    over(failure);
  });
  stream.once('finish', end);
  stream.once('close', end);
  return true;
}

/**
 * What `awslambda.HttpResponseStream.from` sends ahead of a streamed body: status and headers. The runtime's clients (3
 * and 4) keep it on the stream, as a function that writes it. Undefined if there is none.
 */
export function readPrelude(stream: Writable): unknown {
  const hook: unknown = Reflect.get(stream, '_onBeforeFirstWrite');
  if (typeof hook !== 'function') return undefined;
  let prelude: unknown;
  Reflect.apply(hook, stream, [(chunk: unknown) => void (prelude ??= chunk)]);
  return typeof prelude === 'string' && prelude.length <= MAX_PRELUDE ? JSON.parse(prelude) : undefined;
}

function isContext(value: unknown): value is object {
  const object = asObject(value);
  return object !== undefined && OF_A_CONTEXT.some((name) => name in object);
}

function isWritable(value: unknown): value is Writable {
  const { write, end, once } = (asObject(value) ?? {}) as Partial<Writable>;
  return [write, end, once].every((method) => typeof method === 'function');
}

function asObject(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}
