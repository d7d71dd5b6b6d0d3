import type { AnyHandler } from './handler.ts';
import { isThenable } from './handler.ts';
import type { Outcome } from './invocation.ts';
import { guarded } from '../fence/report.ts';
import { NativePromise, queueMicrotask } from '../fence/timer.ts';

/** The part of an invocation that `settle` needs; none of it throws. */
export interface Settled {
  /** The handler is about to be called. */
  started(): void;
  /** The handler is done: the invocation ends at this moment, even if it is reported later. */
  stopped(): void;
  /** Whether the answer has to wait for the export. */
  readonly holds: boolean;
  /**
   * Ends the invocation; only the first end counts.
   *
   * @param judge decides the outcome; called after the moment was recorded; default: success
   * @returns what the response has to wait for, which never rejects; undefined if it may be returned at once. While an
   *   answer is held back, later ones wait for the same
   */
  end(judge?: () => Outcome): Promise<void> | undefined;
}

/** The outcome of an invocation according to its result; an error thrown here is reported and counts as no outcome. */
export type Judge = (value: unknown) => Outcome;

/** What is specific to a platform's results. */
export interface SettleOptions {
  /** For platforms on which a result can mean failure. */
  readonly judge?: Judge | undefined;
  /** The same for a thrown value or a rejection; default: it is the failure itself. */
  readonly judgeThrown?: Judge | undefined;
  /** Whether a plain result may become a promise if it has to wait for the export; default false: it does not wait. */
  readonly promises?: boolean;
  /** Called when a handler returned a plain value: true if the invocation has not ended. */
  readonly goesOn?: () => boolean;
  /**
   * Called when the handler's promise is fulfilled. True if something else has to finish first: it then calls `over`,
   * once, with the error if there was one.
   */
  readonly waitsFor?: (over: (outcome: Outcome) => void) => boolean;
}

/**
 * Calls a handler and ends the invocation with what it returns, throws, resolves or rejects. The outcome is passed on
 * unchanged: after the export if the response has to wait for it, but a thrown error at once.
 */
export function settle(
  invocation: Settled,
  handler: () => unknown,
  { judge, judgeThrown = thrownAsIs, promises = false, goesOn, waitsFor }: SettleOptions = {},
): unknown {
  let result: unknown;
  invocation.started();
  try {
    result = handler();
  } catch (error) {
    // A runtime may treat a thrown error differently from a rejected one.
    void invocation.end(() => judgeThrown(error));
    throw error;
  }
  if (!isThenable(result)) {
    if (goesOn?.()) return result;
    const held = invocation.end(judge && (() => judge(result)));
    return held === undefined || !promises ? result : held.then(() => result);
  }
  // Call `then` only once: some thenables start their work at each call.
  const promise = result instanceof NativePromise ? result : NativePromise.resolve(result);
  return promise.then(
    (value: unknown) => {
      const over = (outcome: Outcome): void => void invocation.end(() => outcome);
      if (waitsFor && guarded('waiting for the response', () => waitsFor(over))) return value;
      return invocation.end(judge && (() => judge(value)))?.then(() => value) ?? value;
    },
    (error: unknown) => {
      const held = invocation.end(() => judgeThrown(error));
      if (held === undefined) throw error;
      return held.then(() => {
        throw error;
      });
    },
  );
}

/**
 * Wraps `original`, a callback through which a handler answers, so that it ends the invocation. If the response has to
 * wait for the export, `original` is called after it, and an error that it throws then is uncaught. Otherwise it is
 * called at once; if it throws, the answer could not be accepted and the invocation has not ended.
 *
 * @param judge decides the outcome by the first argument; default: an error if it is neither null nor undefined
 * @param isEnd evaluated at the call; false if the answer does not come with this call; default: true
 */
export function tapped(
  invocation: Settled,
  original: AnyHandler,
  judge: Judge = thrownUnlessNull,
  isEnd: (result: unknown) => boolean = () => true,
): AnyHandler {
  return function callback(this: unknown, ...results: unknown[]): unknown {
    const call = (): unknown => Reflect.apply(original, this, results);
    if (guarded('a callback', () => isEnd(results[0])) === false) return call();
    if (invocation.holds) {
      const held = invocation.end(() => judge(results[0]));
      if (held === undefined) return call();
      void held.then(call).then(undefined, rethrow);
      return undefined;
    }
    invocation.stopped();
    const result = call();
    void invocation.end(() => judge(results[0]));
    return result;
  };
}

/** Rethrows outside the promise, so that an error of the runtime's own callback stays uncaught. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function thrownAsIs(error: unknown): Outcome {
  return { thrown: error };
}

/** How a Node callback reports an error. */
export function thrownUnlessNull(error: unknown): Outcome {
  return error === undefined || error === null ? undefined : { thrown: error };
}

/**
 * Calls a handler that answers only through a callback. Ends the invocation when the callback is called, or when the
 * handler throws.
 *
 * @param index of the callback among the arguments
 */
export function settleCallback(
  invocation: Settled,
  handler: AnyHandler,
  self: unknown,
  args: readonly unknown[],
  index: number,
  judge?: Judge,
): unknown {
  const given = [...args];
  given[index] = tapped(invocation, args[index] as AnyHandler, judge);
  invocation.started();
  try {
    return Reflect.apply(handler, self, given);
  } catch (error) {
    void invocation.end(() => ({ thrown: error }));
    throw error;
  }
}
