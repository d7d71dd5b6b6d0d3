import type { IncomingMessage } from 'node:http';

/** How long, and for how many bytes, a sender may continue after it was answered. */
export interface Linger {
  readonly millis: number;
  readonly bytes: number;
}

/** For unauthorised senders. */
const BRIEFLY: Linger = { millis: 2000, bytes: 1024 * 1024 };
/** For authorised senders of too much data: many clients read no answer before they have sent everything. */
export const PATIENTLY: Linger = { millis: 15_000, bytes: 1024 ** 3 };

const ending = new WeakSet<IncomingMessage>();

/**
 * Handles the body of a request that is refused before it has been read. Closing at once would reset the connection
 * before the client has read the answer. So incoming data is discarded, usually up to 1 MiB and for 2 s. Further data
 * stays in the socket, and a client that is still sending is then cut off.
 */
export function endUnreadBody(request: IncomingMessage, { millis, bytes: most }: Linger = BRIEFLY): void {
  if (request.complete || ending.has(request)) return;
  ending.add(request);
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) request.pause();
  });
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, millis);
  timer.unref();
  request.once('close', () => clearTimeout(timer));
}
