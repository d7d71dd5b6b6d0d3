import type { AnyHandler } from '../handler.ts';
import type { Judge, OpenInvocation, Outcome } from './attach.ts';

/**
 * Calls a handler that answers through a callback, and ends the invocation when the callback is called; the callback
 * itself follows after the export where the response has to wait for it.
 *
 * @param index of the callback among the arguments
 * @param judge what the first argument of the callback means; default: an error when it is neither null nor undefined
 */
export function settleCallback(
  invocation: OpenInvocation,
  handler: AnyHandler,
  self: unknown,
  args: readonly unknown[],
  index: number,
  judge: Judge = thrown,
): unknown {
  const original = args[index] as AnyHandler;
  const given = [...args];
  given[index] = function callback(this: unknown, ...results: unknown[]): unknown {
    let outcome: Outcome;
    try {
      outcome = judge(results[0]);
    } catch {
      // A result that cannot be read is the platform's to judge.
    }
    const held = invocation.end(outcome);
    if (held === undefined) return Reflect.apply(original, this, results);
    void held.then(() => setImmediate(() => void Reflect.apply(original, this, results)));
    return undefined;
  };
  try {
    return Reflect.apply(handler, self, given);
  } catch (error) {
    void invocation.end({ thrown: error });
    throw error;
  }
}

function thrown(error: unknown): Outcome {
  return error === undefined || error === null ? undefined : { thrown: error };
}
