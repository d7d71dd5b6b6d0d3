import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { guarded } from '../index.ts';

type WriteMany = NonNullable<Socket['_writev']>;

const METHODS = ['_write', '_writev', 'destroy'] as const;

/**
 * Holds back what a response writes to its connection from now on. The response itself can then really end: whatever
 * the program does with it afterwards has the effect that it would have had.
 *
 * @param early called if the program closes the connection before; everything held is then written first, as it would
 *   have been
 * @returns writes what is held and holds no more; undefined if the response does not write to a connection of its own,
 *   such as one of HTTP/2
 */
export function holdSocket(response: ServerResponse, early: () => void): (() => void) | undefined {
  const { socket } = response;
  if (socket === null || Reflect.get(socket ?? {}, '_httpMessage') !== response) return undefined;
  if (METHODS.some((name) => typeof socket[name] !== 'function')) return undefined;
  const own = new Map(METHODS.map((name) => [name, Object.getOwnPropertyDescriptor(socket, name)]));
  const [write, writev, destroy] = METHODS.map((name): unknown => Reflect.get(socket, name)) as [
    Socket['_write'],
    WriteMany,
    Socket['destroy'],
  ];
  let isHeld = true;
  // Node calls one of them at a time, and the next one after the callback.
  let pending: (() => unknown) | undefined;
  // The latest first: V8 then undoes the additions, instead of making the object slow.
  const restore = (): void => {
    for (const name of METHODS.toReversed()) {
      const before = own.get(name);
      if (before) Object.defineProperty(socket, name, before);
      else Reflect.deleteProperty(socket, name);
    }
  };
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    restore();
    pending?.();
  };
  Reflect.set(socket, '_write', (...[chunk, encoding, callback]: Parameters<Socket['_write']>) => {
    const kept: unknown = copied(chunk);
    pending = () => Reflect.apply(write, socket, [kept, encoding, callback]);
  });
  Reflect.set(socket, '_writev', (...[chunks, callback]: Parameters<WriteMany>) => {
    for (const one of chunks) one.chunk = copied(one.chunk);
    pending = () => Reflect.apply(writev, socket, [chunks, callback]);
  });
  socket.destroy = (error) => {
    // With an error, the other end does not read any more.
    if (error) pending = undefined;
    release();
    guarded('the close of a connection', early);
    return Reflect.apply(destroy, socket, [error]);
  };
  return release;
}

/** A program may reuse a buffer as soon as its response has ended. Without a copy, the buffer itself is the answer. */
function copied(chunk: unknown): unknown {
  if (!(chunk instanceof Uint8Array)) return chunk;
  const copy = guarded('the copy of a response', (): unknown => Buffer.from(chunk));
  return copy instanceof Uint8Array && copy.length === chunk.length ? copy : chunk;
}
