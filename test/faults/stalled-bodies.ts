import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Fault } from './outcome.ts';
import { observe } from './run.ts';

const CONNECTIONS = 4;
const BODY_BYTES = 16 * 1024 ** 2;
const ROUND_MILLIS = 2000;

/** A few connections that reserve all the memory for bodies, each for 16 KiB that never complete. */
export const stalledBodies: Fault = {
  name: 'bodies that hold memory and never end',
  shortRounds: 1,
  longRounds: 30,
  run: async (rounds) =>
    observe(stalledBodies.name, { pauseMillis: 5 }, async ({ collector, load }) => {
      const port = Number(new URL(collector.url).port);
      const before = load.answers.get(503) ?? 0;
      const blanks = gzipSync(Buffer.alloc(BODY_BYTES, ' '));
      let notReady = 0;
      for (let round = 0; round < rounds; round++) {
        const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => stall(port, blanks)));
        const acknowledged = load.acknowledged.length;
        await sleep(ROUND_MILLIS);
        if (load.acknowledged.length === acknowledged) throw new Error('nothing was taken in this round');
        if (!(await fetch(`${collector.url}/readyz`)).ok) notReady++;
        for (const socket of sockets) socket.destroy();
      }
      const refusedOthers = (load.answers.get(503) ?? 0) - before;
      if (refusedOthers > 0) throw new Error(`${refusedOthers} requests of others were refused`);
      return { rounds, figures: { refusedOthers, notReady } };
    }),
};

/** All of a body except its last byte. */
async function stall(port: number, body: Buffer): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write(
    'POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
      `content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.subarray(0, -1));
  return socket;
}
