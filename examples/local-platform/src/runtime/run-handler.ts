import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import { createCallbackContext, createContext } from './context.ts';
import { HandlerError, type Callback, type Handler } from './load-handler.ts';
import { toResponseStream } from './streaming.ts';

/** How a handler ended: its answer, or its error. */
export type Ending =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
  /** A promise that nothing can settle any more: the process has nothing left to do. */
  | { readonly kind: 'stuck' };

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/**
 * Runs one event of a streaming handler: it has to be asynchronous, and is over once it has resolved and its stream has
 * ended. A failure before the first byte is an ordinary error; later it can only end the stream.
 *
 * @param open opens the stream
 */
export async function runStreaming(
  handler: Handler,
  event: unknown,
  headers: IncomingHttpHeaders,
  open: () => { request: ClientRequest; over: Promise<void> },
): Promise<Ending | undefined> {
  const context = createContext(headers);
  const { request, over } = open();
  // If the caller waits only for the handler, this rejection must not end the process.
  over.catch(() => {});
  try {
    const returned = handler(event, toResponseStream(request), context);
    if (!isThenable(returned))
      throw new HandlerError('InvalidStreamingOperation', 'a streaming handler is asynchronous');
    await returned;
    await over;
    return undefined;
  } catch (error) {
    const begun = request.headersSent;
    request.destroy();
    if (begun) console.error(error);
    return begun ? undefined : { kind: 'error', error };
  }
}

/**
 * Runs one event as AWS's runtime client 4 does: the handler answers with its return value, or with the value of its
 * promise.
 */
export async function runHandler(
  handler: Handler,
  event: unknown,
  headers: IncomingHttpHeaders,
): Promise<Ending> {
  return new Promise((resolve) => {
    const end = (ending: Ending): void => {
      process.off('beforeExit', onNothingLeft);
      // As in AWS's client, the answer is posted in a later turn of the event loop.
      setImmediate(resolve, ending);
    };
    const onNothingLeft = (): void => end({ kind: 'stuck' });
    process.on('beforeExit', onNothingLeft);
    const run = async (): Promise<unknown> => handler(event, createContext(headers));
    run().then(
      (result) => end({ kind: 'result', result }),
      (error: unknown) => end({ kind: 'error', error }),
    );
  });
}

/**
 * Runs one event as AWS's runtime client 3 does: a promise answers when it settles. Any other handler answers through
 * the callback or the context's methods, or with null when the event loop is empty; its return value is ignored. The
 * first answer counts.
 */
export async function runWithCallback(
  handler: Handler,
  event: unknown,
  headers: IncomingHttpHeaders,
): Promise<Ending> {
  return new Promise((resolve) => {
    const end = (ending: Ending): void => {
      process.off('beforeExit', onNothingLeft);
      resolve(ending);
    };
    let called: Ending | undefined;
    let isPromise = false;
    const onNothingLeft = (): void => {
      if (called) end(called);
      else end(isPromise ? { kind: 'stuck' } : { kind: 'result', result: null });
    };
    process.on('beforeExit', onNothingLeft);
    const context = createCallbackContext(headers, (error, result) => {
      if (called) return;
      called = error === undefined || error === null ? { kind: 'result', result } : { kind: 'error', error };
      // An error does not wait either.
      if (!context.callbackWaitsForEmptyEventLoop || called.kind === 'error') setImmediate(end, called);
    });
    try {
      const returned = handler(event, context, ((error, result) =>
        context.done(error, result)) satisfies Callback);
      if (!isThenable(returned)) return;
      isPromise = true;
      returned.then(
        (result) => end({ kind: 'result', result }),
        (error: unknown) => end({ kind: 'error', error }),
      );
    } catch (error) {
      end({ kind: 'error', error });
    }
  });
}
