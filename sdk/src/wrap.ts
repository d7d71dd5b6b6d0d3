import { Call } from './call.ts';
import { SdkError } from './errors.ts';
import {
  asyncShell,
  disguise,
  isAsyncFunction,
  isThenable,
  plainShell,
  readShape,
  whenFlushed,
} from './handler.ts';
import type { AnyHandler } from './handler.ts';
import { sharedInstance } from './instance.ts';
import type { Instance } from './instance.ts';
import { remainingMillis } from './lambda.ts';
import { guarded } from './report.ts';
import { findWaitUntil } from './wait-until.ts';
import type { WaitUntil } from './wait-until.ts';

/** Options of one handler. */
export interface WrapOptions {
  /**
   * Name of the function; default `AWS_LAMBDA_FUNCTION_NAME`, else the handler's own name, else `OTEL_SERVICE_NAME`, else
   * `function`.
   */
  readonly name?: string;
  /**
   * Keeps the sandbox awake until the promise settles, for the export mode `waitUntil`; default the `waitUntil` of the
   * invocation's context or of the platform.
   */
  readonly waitUntil?: WaitUntil;
}

// Shared by all copies of this package in the process: a bundle may bring its own.
const REGISTRY = Symbol.for('sandscope.registry');

interface Registry {
  readonly wrapped: WeakSet<object>;
  /**
   * Contexts of invocations in flight, with their events: a wrapped handler that is called inside a wrapped handler with
   * the same two is one invocation.
   */
  readonly contexts: WeakMap<object, unknown>;
  /** OpenTelemetry's own spans carry what is known: nothing is recorded by wrapped handlers. */
  carried?: boolean;
}

/**
 * Wraps a handler so that each of its invocations is recorded as a span, with the sandbox, the kernel and the host it
 * ran on. Returns a function that a runtime cannot tell from the handler: same `length`, `name`, `this`, own
 * properties and symbols, asynchronous when the handler is, throwing and rejecting what the handler throws and rejects.
 *
 *     export const handler = wrap(async (event) => ({ sum: event.a + event.b }));
 *
 * Promises, plain results, callbacks, `context.succeed/fail/done` and response streaming are understood. Settings come
 * from the environment (see `Config`). Wrapping a wrapped handler, or with recording switched off, returns what was
 * given.
 *
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function wrap<T extends AnyHandler>(handler: T, options: WrapOptions = {}): T {
  if (typeof handler !== 'function') {
    throw new SdkError(
      'ERR_HANDLER_TYPE',
      `a handler is a function, this is ${handler === null ? 'null' : typeof handler}`,
    );
  }
  const { wrapped, contexts } = registry();
  if (wrapped.has(handler) || registry().carried) return handler;
  const { AWS_LAMBDA_FUNCTION_NAME, OTEL_SERVICE_NAME } = process.env;
  const name = options.name || AWS_LAMBDA_FUNCTION_NAME || handler.name || OTEL_SERVICE_NAME || 'function';
  const instance = guarded('setting up', () => sharedInstance(name));
  if (instance === undefined) return handler;
  const run = (self: unknown, args: unknown[]): unknown =>
    invoke({ handler, name, instance, contexts, waitUntil: options.waitUntil }, self, args);
  const shell = isAsyncFunction(handler) ? asyncShell(run) : plainShell(run);
  guarded('copying what the handler carries', () => disguise(shell, handler));
  wrapped.add(shell);
  instance.recorder.initialised();
  return shell as T;
}

/**
 * Resolves when it is settled how spans leave this sandbox. A module that may use top-level `await` can wait for it
 * after wrapping, to be sure that the Extensions API accepted us before the runtime asks for its first event.
 */
export async function ready(): Promise<void> {
  await guarded('setting up', () => sharedInstance('function'))?.delivery.ready;
}

interface Target {
  readonly handler: AnyHandler;
  readonly name: string;
  readonly instance: Instance;
  readonly contexts: WeakMap<object, unknown>;
  readonly waitUntil: WaitUntil | undefined;
}

function invoke(target: Target, self: unknown, args: unknown[]): unknown {
  const { handler, name, instance, contexts } = target;
  if (registry().carried) return Reflect.apply(handler, self, args);
  const { mode } = instance.config;
  const enteredNanos = process.hrtime.bigint();
  const shape = readShape(args);
  const { context } = shape;
  if (context !== undefined && contexts.has(context) && contexts.get(context) === args[0])
    return Reflect.apply(handler, self, args);
  const invocation = guarded('beginning an invocation', () => {
    const begun = instance.recorder.begin(name, args[0], context, enteredNanos);
    instance.delivery.started(begun.requestId);
    if (context !== undefined) contexts.set(context, args[0]);
    return begun;
  });
  if (invocation === undefined) return Reflect.apply(handler, self, args);
  const waitUntil = mode === 'waitUntil' ? (target.waitUntil ?? findWaitUntil(args)) : undefined;
  const call = new Call(
    instance,
    invocation,
    waitUntil,
    () => context !== undefined && contexts.delete(context),
  );
  // Where nothing freezes nothing ends an invocation either.
  if (mode !== 'batch') call.watchDeadline(remainingMillis(context));
  const given = guarded('handing on the callbacks', () => call.adapt(args, shape, handler)) ?? args;
  let result: unknown;
  try {
    result = Reflect.apply(handler, self, given);
  } catch (error) {
    void call.end({ thrown: error });
    throw error;
  }
  if (isThenable(result)) {
    // `then` is called once only: there are thenables that start their work at each call.
    const promise = result instanceof Promise ? result : Promise.resolve(result);
    return promise.then(
      (value: unknown) => {
        const { stream } = shape;
        if (stream !== undefined && whenFlushed(stream, (outcome) => void call.end(outcome))) return value;
        return call.end(undefined)?.then(() => value) ?? value;
      },
      (error: unknown) => {
        const held = call.end({ thrown: error });
        if (held === undefined) throw error;
        return held.then(() => {
          throw error;
        });
      },
    );
  }
  // With a callback the result is what the callback gets; arrow functions return all kinds of things beside.
  if (!call.awaitsCallback) void call.end(undefined);
  return result;
}

/** What all copies of this package in the process share. */
export function registry(): Registry {
  const store = globalThis as { [REGISTRY]?: Registry };
  store[REGISTRY] ??= { wrapped: new WeakSet(), contexts: new WeakMap() };
  return store[REGISTRY];
}
