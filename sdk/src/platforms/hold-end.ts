import type { ServerResponse } from 'node:http';

/**
 * Lets a response end only after what `before` asks to wait for. Between the call of `end` and that moment the response
 * looks ended to the program: a second `end` does nothing, `headersSent` and `writableEnded` are true.
 *
 * @param before called once, at the first `end`; undefined lets the response end at once
 */
export function holdEnd(response: ServerResponse, before: () => Promise<void> | undefined): void {
  const own = Object.getOwnPropertyDescriptor(response, 'end');
  const original = Reflect.get(response, 'end');
  const restore = (): void => {
    if (own) Object.defineProperty(response, 'end', own);
    else Reflect.deleteProperty(response, 'end');
  };
  response.end = function end(this: ServerResponse, ...args: unknown[]): ServerResponse {
    restore();
    const held = before();
    if (held === undefined || response.destroyed) return Reflect.apply(original, response, args);
    const show = lookEnded(response);
    void held.then(() => {
      show();
      Reflect.apply(original, response, args);
    });
    return response;
  } as ServerResponse['end'];
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
