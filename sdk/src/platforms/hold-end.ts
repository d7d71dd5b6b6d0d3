import type { ServerResponse } from 'node:http';
import { fenced, guarded } from '../index.ts';
import { holdSocket } from './hold-socket.ts';

/** Functions that end all held-back responses at once. */
const held = new Set<() => void>();
let watching = false;

/**
 * Holds back the end of a response until the promise of `before` has settled, until the program closes the connection,
 * or until the process exits. To the program, the response has ended.
 *
 * @param before called once, at the first `end`; undefined lets the response end at once
 * @param early called if the answer left before that
 */
export function holdEnd(
  response: ServerResponse,
  before: () => Promise<void> | undefined,
  early: () => void = () => undefined,
): void {
  const own = Object.getOwnPropertyDescriptor(response, 'end');
  const original = Reflect.get(response, 'end');
  const restore = (): void => {
    if (own) Object.defineProperty(response, 'end', own);
    else Reflect.deleteProperty(response, 'end');
  };
  response.end = function end(this: ServerResponse, ...args: unknown[]): ServerResponse {
    restore();
    const over = before();
    const call = (): ServerResponse => Reflect.apply(original, response, args);
    if (over === undefined || response.destroyed) return call();
    const closed = (): void => {
      held.delete(leaveEarly);
      early();
    };
    const written = guarded('delaying a response', () => holdSocket(response, closed));
    const leave = written ?? endLater(response, call);
    const leaveEarly = (): void => {
      leave();
      early();
    };
    held.add(leaveEarly);
    guarded('watching the end of the process', watchExit);
    void over.then(() => held.delete(leaveEarly) && leave());
    return written === undefined ? response : call();
  } as ServerResponse['end'];
}

/** First among the listeners, so that these responses have ended before unanswered calls are counted. */
function watchExit(): void {
  if (watching) return;
  watching = true;
  const exiting = fenced('ending the responses', () => {
    for (const leaveEarly of held) leaveEarly();
  });
  process.prependListener('exit', exiting);
}

/**
 * For a response without a connection of its own: it ends later, and looks ended until then. A second `end` does
 * nothing.
 *
 * @returns ends it
 */
function endLater(response: ServerResponse, end: () => unknown): () => void {
  const names = ['end', 'write', 'headersSent', 'writableEnded'] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(response, name));
  const values = [() => response, () => false, true, true];
  names.forEach((name, index) =>
    Object.defineProperty(response, name, { configurable: true, writable: true, value: values[index] }),
  );
  return () => {
    names.forEach((name, index) => {
      const own = before[index];
      if (own) Object.defineProperty(response, name, own);
      else Reflect.deleteProperty(response, name);
    });
    end();
  };
}
