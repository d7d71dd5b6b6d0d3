import type { AnyHandler } from './handler.ts';
import { isThenable } from './handler.ts';
import type { Outcome } from './invocation.ts';
import { guarded } from '../fence/report.ts';

/** What of an invocation `settle` needs; none of it throws. */
export interface Settled {
  /** The handler is called now. */
  started(): void;
  /** The handler is done: the invocation ends with this moment, however late that is told. */
  stopped(): void;
  /** Whether the answer has to wait for the export. */
  readonly holds: boolean;
  /**
   * Ends the invocation; only the first end counts.
   *
   * @param judge how it went; asked after the moment was taken down; default: well
   * @returns what the response has to wait for, which never rejects; undefined when it may go at once. While an answer is
   *   held back, those after it wait for the same
   */
  end(judge?: () => Outcome): Promise<void> | undefined;
}

/** What a result says about how the invocation went; what it throws is reported and taken for nothing said. */
export type Judge = (value: unknown) => Outcome;

/** What is particular to a platform's results. */
export interface SettleOptions {
  /** For platforms where a result can mean failure. */
  readonly judge?: Judge | undefined;
  /** The same for what is thrown or rejected with; default: that is the failure. */
  readonly judgeThrown?: Judge | undefined;
  /** Whether a plain result may become a promise when it has to wait for the export; default not: it does not wait. */
  readonly promises?: boolean;
  /** Called when a handler returned something plain: true when that is not its end. */
  readonly goesOn?: () => boolean;
  /**
   * Called when the handler's promise is fulfilled. True when something else has to be over first: then `over` is to be
   * called, once, with what went wrong there.
   */
  readonly waitsFor?: (over: (outcome: Outcome) => void) => boolean;
}

/**
 * Calls a handler and ends the invocation with what it returns, throws, resolves or rejects, which is passed on
 * unchanged: after the export where the response has to wait for it, but a thrown error at once.
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
    // A runtime may tell an error that is thrown from one that is rejected.
    void invocation.end(() => judgeThrown(error));
    throw error;
  }
  if (!isThenable(result)) {
    if (goesOn?.()) return result;
    const held = invocation.end(judge && (() => judge(result)));
    return held === undefined || !promises ? result : held.then(() => result);
  }
  // `then` is called once only: there are thenables that start their work at each call.
  const promise = result instanceof Promise ? result : Promise.resolve(result);
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
 * `original`, a callback that a handler answers through, as one that ends the invocation. Where the response has to wait
 * for the export, `original` follows after that; what it throws then is an error that nobody caught. Elsewhere it is called
 * at once, and when it throws, the answer could not be taken: nothing has ended.
 *
 * @param judge what the first argument says; default: an error when it is neither null nor undefined
 * @param isEnd asked at the call; false when the answer is not given with it; default: it is
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
      held.then(call).catch(rethrow);
      return undefined;
    }
    invocation.stopped();
    const result = call();
    void invocation.end(() => judge(results[0]));
    return result;
  };
}

/** Out of the promise and into the open, where an error that the runtime's own callback throws belongs. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function thrownAsIs(error: unknown): Outcome {
  return { thrown: error };
}

/** How a Node callback tells an error. */
export function thrownUnlessNull(error: unknown): Outcome {
  return error === undefined || error === null ? undefined : { thrown: error };
}

/**
 * Calls a handler that answers through a callback and through nothing else, and ends the invocation when the callback
 * is called, or when the handler throws.
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
