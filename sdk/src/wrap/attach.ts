import { Call } from '../instance/call.ts';
import type { CallOptions } from '../instance/call.ts';
import { monotonicNanos, wallMs } from '../clock/clock.ts';
import { SdkError } from './errors.ts';
import { asyncWrapper, copyProperties, isAsyncFunction, plainWrapper } from '../invocation/handler.ts';
import type { AnyHandler } from '../invocation/handler.ts';
import { failInit, sharedInstance, watchInit, watchTermination } from '../instance/instance.ts';
import type { Instance } from '../instance/instance.ts';
import { registry } from '../process/registry.ts';
import { envVar } from '../fence/environment.ts';
import { contained, fenced, guarded } from '../fence/report.ts';
import type { Settled } from '../invocation/settle.ts';
import type { Attributes } from '../otlp/span.ts';
import type { WaitUntil } from '../invocation/wait-until.ts';
import type { InvocationFacts } from '../invocation/invocation-facts.ts';
import type { InitMoments } from '../process/init-clock.ts';
import type { Platform } from '../sandbox/platform.ts';

const GOODBYE_MILLIS = 2000;

/** Options of one handler. */
export interface WrapOptions {
  /**
   * Name of the function; default: the platform's name for it, then the handler's own name, then `OTEL_SERVICE_NAME`,
   * then `function`.
   */
  readonly name?: string;
  /**
   * Keeps the sandbox awake until the promise settles, for the export mode `waitUntil`; default: the `waitUntil` of the
   * invocation's context or of the platform.
   */
  readonly waitUntil?: WaitUntil;
}

/** An invocation that is being recorded. None of its methods throws. */
export interface OpenInvocation extends Settled {
  /** The handler has returned, and its answer may still come through a callback. */
  awaitsCallback: boolean;
  /** Adds attributes that became known after the start. */
  add(attributes: Attributes): void;
  /** The answer was returned before the promise of `end` had settled. */
  answered(): void;
  /**
   * Ends the invocation as timed out if it is still running shortly before its deadline.
   *
   * @param remainingMillis time until the deadline, ms; undefined if there is none
   */
  watchDeadline(remainingMillis: number | undefined): void;
}

/** What an adapter can use. */
export interface Attachment {
  /** Whether responses wait for the export (mode `sync`). */
  readonly holdsResponses: boolean;
  /** Whether several invocations may run in this process at once: nothing then freezes it or ends an invocation. */
  readonly concurrent: boolean;
  /** Whether spans leave through the platform's `waitUntil`. */
  readonly waitsUntil: boolean;
  /**
   * An invocation begins. Undefined if that failed: the handler is then simply called.
   *
   * @param facts read from the request; called at once; an error that it throws is reported and not passed on
   */
  begin(facts: () => InvocationFacts, options?: CallOptions): OpenInvocation | undefined;
  /** The initialisation, for platforms that report more about it than the load of this package and the first call. */
  readonly init: InitMoments;
  /** The function could not be loaded, and the process goes on: records that, unless a function was called before. */
  initFailed(thrown: unknown): void;
  /** Adds attributes to the resource of the spans sent from now on. */
  describe(attributes: Attributes): void;
  /**
   * The platform ends this process: makes the shutdown span and sends all waiting spans, for at most 2 s. Never
   * rejects.
   */
  goodbye(reason: string): Promise<void>;
}

/** What an adapter does with a call of the handler. */
export type Run = (attachment: Attachment, self: unknown, args: unknown[]) => unknown;

/**
 * Attaches Sandscope to a platform's handler. The returned function is indistinguishable from the handler; each call of
 * it goes through `run`.
 *
 * @param platform undefined if unknown
 * @param fallbackName name of the function if `options` has none
 * @returns the handler itself if recording is switched off or it was attached to before
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function attach<T extends AnyHandler>(
  platform: Platform | undefined,
  handler: T,
  { fallbackName, ...options }: WrapOptions & { readonly fallbackName?: string | undefined },
  run: Run,
): T {
  if (typeof handler !== 'function') {
    const what = handler === null ? 'null' : typeof handler;
    throw new SdkError('ERR_HANDLER_TYPE', `a handler is a function, this is ${what}`);
  }
  const { wrapped } = registry();
  if (wrapped.has(handler)) return handler;
  const name = options.name || fallbackName || nameOf(handler) || envVar('OTEL_SERVICE_NAME') || 'function';
  const attachment = openAttachment(platform, name);
  if (attachment === undefined) return handler;
  const call = (self: unknown, args: unknown[]): unknown => run(attachment, self, args);
  const shell = isAsyncFunction(handler) ? asyncWrapper(call) : plainWrapper(call);
  guarded('copying the handler’s properties', () => copyProperties(shell, handler));
  wrapped.add(shell);
  return shell as T;
}

function nameOf(handler: AnyHandler): string | undefined {
  return guarded('reading the name of the handler', () => handler.name);
}

/**
 * The function's module is being loaded and has not attached anything yet: if it ends the process from now on, or is
 * interrupted by SIGTERM, the initialisation failed.
 *
 * @param functionName undefined if the environment is not this platform's: it may then be any program
 * @param getsSignal false if the platform ends an initialisation without SIGTERM
 */
export function watchLoad(
  platform: Platform,
  functionName: () => string | undefined,
  getsSignal = true,
): void {
  guarded('watching the initialisation', () => {
    if (!functionName()) return;
    watchInit(() => functionName() ?? 'function', platform);
    if (getsSignal) watchTermination();
  });
}

/**
 * The same without a handler to wrap, for platforms that call hooks.
 *
 * @returns undefined if recording is switched off
 */
export function openAttachment(platform: Platform | undefined, name: string): Attachment | undefined {
  if (registry().carried) return undefined;
  const instance = guarded('setting up', () => sharedInstance(name, platform));
  if (instance === undefined) return undefined;
  instance.init.wrapped();
  const { mode } = instance.config;
  return {
    holdsResponses: mode === 'sync' || mode === 'stdout',
    concurrent: mode === 'batch',
    waitsUntil: mode === 'waitUntil',
    init: instance.init,
    initFailed: fenced('a failed initialisation', (thrown: unknown) => failInit(instance, thrown)),
    begin: (facts, options) => begin(instance, name, facts, options),
    describe: fenced('describing the resource', instance.describe),
    goodbye: async (reason) => {
      await contained('the shutdown span', instance.goodbye(reason, GOODBYE_MILLIS));
    },
  };
}

function begin(
  instance: Instance,
  fallbackName: string,
  readFacts: () => InvocationFacts,
  options: CallOptions = {},
): OpenInvocation | undefined {
  if (registry().carried) return undefined;
  return guarded('beginning an invocation', () => {
    const entered = { nanos: monotonicNanos(), unixMs: wallMs() };
    const facts = guarded('reading the request', readFacts) ?? { trigger: 'other' as const };
    const invocation = instance.recorder.begin(fallbackName, facts, entered);
    guarded('notifying the extension', () => instance.delivery.started(invocation.requestId));
    return new Call(instance, invocation, options);
  });
}
