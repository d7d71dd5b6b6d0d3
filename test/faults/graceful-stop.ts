import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Outcome } from './outcome.ts';
import { engineOf } from './processes.ts';
import { between, seededRandom } from './random.ts';
import { observe } from './run.ts';
import { startTarget } from './target.ts';

/** SIGTERM under load, with a slow client, a hanging forward target, and every second time a hanging engine. */
export const gracefulStop: Fault = {
  name: 'SIGTERM under load',
  shortRounds: 1,
  longRounds: 20,
  run: (rounds) => stopUnderLoad(rounds),
};

async function stopUnderLoad(rounds: number): Promise<Outcome> {
  const random = seededRandom(rounds);
  const target = await startTarget();
  try {
    const options = { args: ['--forward', target.url], pauseMillis: 5 };
    return await observe(gracefulStop.name, options, async (patient) => {
      let slowestStopMillis = 0;
      let badExits = 0;
      for (let round = 0; round < rounds; round++) {
        await target.fail('hanging');
        await sleep(between(random, 200, 1000));
        const { process: child } = patient.collector.child;
        const slow = connect(Number(new URL(patient.collector.url).port), '127.0.0.1');
        slow.on('error', () => undefined);
        slow.write(
          'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
        );
        if (round % 2 === 0) process.kill(engineOf(child.pid as number) as number, 'SIGSTOP');
        const begun = performance.now();
        child.kill('SIGTERM');
        const [code] = (await once(child, 'exit')) as [number | null];
        slowestStopMillis = Math.max(slowestStopMillis, performance.now() - begun);
        if (code !== 0) badExits++;
        slow.destroy();
        await target.fail(undefined);
        await patient.restart();
      }
      return { rounds, figures: { slowestStopMillis, badExits } };
    });
  } finally {
    await target.close();
  }
}
