import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Outcome } from './outcome.ts';
import { observe } from './run.ts';

const TIMEOUT_SECONDS = 4;
/** A late request is found at the next check, a tenth of the limit later; the rest is for a busy machine. */
const GRACE_MILLIS = 6000;

/** Clients that send their head, or their body, a byte at a time and never finish. */
export const slowLoris: Fault = {
  name: 'slow heads and bodies',
  shortRounds: 50,
  longRounds: 1000,
  run: (rounds) => crawl(rounds),
};

async function crawl(rounds: number): Promise<Outcome> {
  const options = { args: ['--request-timeout', String(TIMEOUT_SECONDS)], pauseMillis: 10, senders: 2 };
  return observe(slowLoris.name, options, async ({ collector }) => {
    const port = Number(new URL(collector.url).port);
    const longest = await Promise.all(
      Array.from({ length: rounds }, (_, index) => crawlOnce(port, index % 2 === 0 ? 'head' : 'body')),
    );
    return {
      rounds,
      figures: {
        longestHeldMillis: Math.max(...longest),
        heldTooLong: longest.filter((millis) => millis > TIMEOUT_SECONDS * 1000 + GRACE_MILLIS).length,
      },
    };
  });
}

/** How long the server tolerated it, ms. */
async function crawlOnce(port: number, what: 'head' | 'body'): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  const begun = performance.now();
  socket.write('POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
  if (what === 'body') socket.write('content-length: 1000000\r\n\r\n{"a":"');
  else socket.write('x-slow: ');
  const closed = isClosed(socket);
  while (!(await Promise.race([closed, sleep(250, false)]))) socket.write('a');
  return performance.now() - begun;
}

async function isClosed(socket: Socket): Promise<true> {
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return true;
}
