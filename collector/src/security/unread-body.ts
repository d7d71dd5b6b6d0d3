import type { IncomingMessage } from 'node:http';

const LINGER_MILLIS = 2000;
const LINGER_BYTES = 1024 * 1024;

const ending = new WeakSet<IncomingMessage>();

/**
 * What happens to the body of a request that is refused before it has been read. Closing at once would reset the
 * connection before the client has read the answer, so up to 1 MiB of what still comes is thrown away, for 2 s at most;
 * more is left in the socket, and a client that is still sending then is cut off.
 */
export function endUnreadBody(request: IncomingMessage): void {
  if (request.complete || ending.has(request)) return;
  ending.add(request);
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) request.pause();
  });
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, LINGER_MILLIS);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
}
