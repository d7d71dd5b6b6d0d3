import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Outcome } from './outcome.ts';
import { between, seededRandom } from './random.ts';
import { observe } from './run.ts';

/** `kill -9` of the server at a random moment under load or while it starts, and a start on the same data. */
export const killServer: Fault = {
  name: 'kill -9 of the server',
  shortRounds: 2,
  longRounds: 50,
  run: (rounds) => killServers(rounds),
};

async function killServers(rounds: number): Promise<Outcome> {
  const random = seededRandom(rounds);
  return observe(killServer.name, { pauseMillis: 5 }, async (patient) => {
    let slowestStartMillis = 0;
    for (let round = 0; round < rounds; round++) {
      await sleep(between(random, 100, 1500));
      const { process: child } = patient.collector.child;
      const gone = once(child, 'exit');
      process.kill(child.pid as number, 'SIGKILL');
      await gone;
      // Every second time also during the start.
      if (round % 2 === 1) await patient.killWhileStarting(between(random, 50, 1500));
      const begun = performance.now();
      await patient.restart();
      slowestStartMillis = Math.max(slowestStartMillis, performance.now() - begun);
    }
    return { rounds, figures: { slowestStartMillis } };
  });
}
