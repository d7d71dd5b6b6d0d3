import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../support/stack.ts';
import type { Fault, Outcome } from './outcome.ts';
import { observe } from './run.ts';

const CAP = 200;

/** Many more connections than allowed, all idle, while the senders keep theirs. */
export const tooManyConnections: Fault = {
  name: 'too many connections',
  shortRounds: 500,
  longRounds: 5000,
  run: (rounds) => crowd(rounds),
};

async function crowd(rounds: number): Promise<Outcome> {
  const options = { args: ['--max-connections', String(CAP)], pauseMillis: 5, senders: 2 };
  return observe(tooManyConnections.name, options, async ({ collector, load }) => {
    await until(
      'the senders are connected',
      async () => load.acknowledged.length,
      (count) => count > 100,
    );
    const port = Number(new URL(collector.url).port);
    const open = new Set<Socket>();
    let mostOpen = 0;
    for (let round = 0; round < rounds; round++) {
      const socket = connect(port, '127.0.0.1');
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
      socket.resume();
      await Promise.race([once(socket, 'connect').catch(() => undefined), once(socket, 'close')]);
      if (round % 100 === 99) mostOpen = Math.max(mostOpen, await settled(open));
    }
    const before = load.acknowledged.length;
    await until(
      'the senders are still served',
      async () => load.acknowledged.length,
      (count) => count > before + 100,
    );
    for (const socket of open) socket.destroy();
    return { rounds, figures: { mostOpen, cap: CAP } };
  });
}

/** Connections over the limit are accepted by the kernel and then closed; a client learns of it a little later. */
async function settled(open: ReadonlySet<Socket>): Promise<number> {
  return until(
    'connections over the cap are closed',
    async () => open.size,
    (count) => count <= CAP,
  );
}
