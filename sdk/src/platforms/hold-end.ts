import type { ServerResponse } from 'node:http';
import { fenced, guarded } from '../index.ts';

/** Functions that end all held-back responses at once. */
const held = new Set<() => void>();
let watching = false;

/**
 * Delays the end of a response until the promise of `before` has settled, or until the process exits: everything
 * written then still goes out. Meanwhile the response looks ended to the program: a second `end` does nothing,
 * `headersSent` and `writableEnded` are true.
 *
 * @param before called once, at the first `end`; undefined lets the response end at once
 * @param early called if the process exits before that
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
    if (over === undefined || response.destroyed) return Reflect.apply(original, response, args);
    const show = lookEnded(response);
    const finish = (): void => {
      held.delete(finishEarly);
      show();
      Reflect.apply(original, response, args);
    };
    const finishEarly = (): void => {
      finish();
      early();
    };
    held.add(finishEarly);
    guarded('watching the end of the process', watchExit);
    void over.then(() => held.has(finishEarly) && finish());
    return response;
  } as ServerResponse['end'];
}

/** First among the listeners, so that these responses have ended before unanswered calls are counted. */
function watchExit(): void {
  if (watching) return;
  watching = true;
  const exiting = fenced('ending the responses', () => {
    for (const finishEarly of held) finishEarly();
  });
  process.prependListener('exit', exiting);
}

function lookEnded(response: ServerResponse): () => void {
  const names = ['end', 'write', 'headersSent', 'writableEnded'] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(response, name));
  const values = [() => response, () => false, true, true];
  names.forEach((name, index) =>
    Object.defineProperty(response, name, { configurable: true, writable: true, value: values[index] }),
  );
  return () =>
    names.forEach((name, index) => {
      const own = before[index];
      if (own) Object.defineProperty(response, name, own);
      else Reflect.deleteProperty(response, name);
    });
}
