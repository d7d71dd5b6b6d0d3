import { Call } from '../call.ts';
import { SdkError } from '../errors.ts';
import { asyncShell, disguise, isAsyncFunction, isThenable, plainShell } from '../handler.ts';
import type { AnyHandler } from '../handler.ts';
import { sharedInstance } from '../instance.ts';
import type { Instance } from '../instance.ts';
import type { Invocation } from '../invocation.ts';
import { guarded } from '../report.ts';
import type { Attributes } from '../span.ts';
import type { WaitUntil } from '../wait-until.ts';
import { registry } from '../wrap.ts';
import type { WrapOptions } from '../wrap.ts';
import type { InvocationFacts, Platform } from './platform.ts';

const GOODBYE_MILLIS = 2000;

/** How an invocation ended: undefined when it went well. */
export type Outcome = { readonly thrown: unknown } | undefined;

/** An invocation that is being recorded. */
export interface OpenInvocation {
  /** Adds attributes that became known after the start. */
  add(attributes: Attributes): void;
  /**
   * Ends the invocation; only the first end counts. Never throws.
   *
   * @returns what the response has to wait for; undefined when it may go at once
   */
  end(outcome?: Outcome): Promise<void> | undefined;
}

/** What an adapter works with. */
export interface Attachment {
  /** Whether responses wait for the export (mode `sync`). */
  readonly holdsResponses: boolean;
  /**
   * An invocation begins. Undefined when that failed: then the handler is just called.
   *
   * @param facts read from the request; called at once, and what it throws is reported and not passed on
   */
  begin(facts: () => InvocationFacts, waitUntil?: WaitUntil): OpenInvocation | undefined;
  /** Adds to the resource of the spans that are sent from now on. */
  describe(attributes: Attributes): void;
  /** The platform ends this process: says why, and sends what waits, for 2 s at most. Never rejects. */
  goodbye(reason: string): Promise<void>;
  /** A `GET` that is not counted as the function's own; rejects when there is no answer in time. */
  get(url: URL, headers: Record<string, string>, timeoutMillis: number): Promise<string | undefined>;
}

/** What an adapter does with a call of the handler. */
export type Run = (attachment: Attachment, self: unknown, args: unknown[]) => unknown;

/**
 * Attaches Sandscope to a handler of a platform: what `wrap` does for Lambda, open to adapters. The function that is
 * returned cannot be told from the handler; each call of it goes through `run`.
 *
 * @param name name of the function where `options` has none
 * @returns the handler itself when recording is switched off or it was attached to before
 * @throws {SdkError} `ERR_HANDLER_TYPE` when `handler` is not a function
 */
export function attach<T extends AnyHandler>(
  platform: Platform,
  handler: T,
  options: WrapOptions & { readonly fallbackName?: string | undefined },
  run: Run,
): T {
  if (typeof handler !== 'function') {
    const what = handler === null ? 'null' : typeof handler;
    throw new SdkError('ERR_HANDLER_TYPE', `a handler is a function, this is ${what}`);
  }
  const { wrapped } = registry();
  if (wrapped.has(handler)) return handler;
  const name = options.name || options.fallbackName || handler.name || 'function';
  const attachment = openAttachment(platform, name);
  if (attachment === undefined) return handler;
  const call = (self: unknown, args: unknown[]): unknown => run(attachment, self, args);
  const shell = isAsyncFunction(handler) ? asyncShell(call) : plainShell(call);
  guarded('copying what the handler carries', () => disguise(shell, handler));
  wrapped.add(shell);
  return shell as T;
}

/**
 * The same without a handler to wrap, for platforms that call hooks.
 *
 * @returns undefined when recording is switched off
 */
export function openAttachment(platform: Platform, name: string): Attachment | undefined {
  if (registry().carried) return undefined;
  const instance = guarded('setting up', () => sharedInstance(name, platform));
  if (instance === undefined) return undefined;
  instance.recorder.initialised();
  return {
    holdsResponses: instance.config.mode === 'sync' || instance.config.mode === 'stdout',
    begin: (facts, waitUntil) => begin(instance, name, facts, waitUntil),
    describe: (attributes) => instance.describe(attributes),
    goodbye: async (reason) => {
      await guarded('saying goodbye', () => instance.goodbye(reason, GOODBYE_MILLIS));
    },
    get: async (url, headers, timeoutMillis) => {
      const response = await instance.client.send({
        url,
        method: 'GET',
        headers,
        timeoutMillis,
        keepAlive: false,
      });
      return response.status === 200 ? response.body : undefined;
    },
  };
}

function begin(
  instance: Instance,
  fallbackName: string,
  readFacts: () => InvocationFacts,
  waitUntil: WaitUntil | undefined,
): OpenInvocation | undefined {
  if (registry().carried) return undefined;
  const enteredNanos = process.hrtime.bigint();
  const invocation = guarded('beginning an invocation', () => {
    const facts = guarded('reading the request', readFacts) ?? { trigger: 'other' };
    const begun = instance.recorder.begin(
      facts.name || fallbackName,
      undefined,
      undefined,
      enteredNanos,
      facts,
    );
    instance.delivery.started(begun.requestId);
    return begun;
  });
  return invocation && open(instance, invocation, waitUntil);
}

function open(instance: Instance, invocation: Invocation, waitUntil: WaitUntil | undefined): OpenInvocation {
  const call = new Call(instance, invocation, waitUntil, () => undefined);
  return {
    add: (attributes) => {
      invocation.attributes = { ...invocation.attributes, ...attributes };
    },
    end: (outcome) => call.end(outcome),
  };
}

/** What the result of a handler says about how it went; may throw. */
export type Judge = (value: unknown) => Outcome;

/**
 * Calls a handler and ends the invocation with what it returns, throws, resolves or rejects, which is passed on
 * unchanged, after the export where the response has to wait for it.
 *
 * @param judge for platforms where a result can mean failure
 * @param promises whether a plain result may become a promise when it has to wait; else it does not wait
 */
export function settle(
  invocation: OpenInvocation,
  handler: () => unknown,
  { judge, promises = false }: { readonly judge?: Judge; readonly promises?: boolean } = {},
): unknown {
  const outcome = (value: unknown): Outcome => judge && guarded('reading the result', () => judge(value));
  let result: unknown;
  try {
    result = handler();
  } catch (error) {
    const held = invocation.end({ thrown: error });
    if (held === undefined || !promises) throw error;
    return held.then(() => {
      throw error;
    });
  }
  if (!isThenable(result)) {
    const held = invocation.end(outcome(result));
    return held === undefined || !promises ? result : held.then(() => result);
  }
  const promise = result instanceof Promise ? result : Promise.resolve(result);
  return promise.then(
    (value: unknown) => invocation.end(outcome(value))?.then(() => value) ?? value,
    (error: unknown) => {
      const held = invocation.end({ thrown: error });
      if (held === undefined) throw error;
      return held.then(() => {
        throw error;
      });
    },
  );
}
