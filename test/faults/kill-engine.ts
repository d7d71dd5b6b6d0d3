import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/stack.ts';
import type { Fault, Outcome } from './outcome.ts';
import { engineOf } from './processes.ts';
import { between, seededRandom } from './random.ts';
import { observe } from './run.ts';

/** `kill -9` of the engine at a random moment, while spans keep coming in. */
export const killEngine: Fault = {
  name: 'kill -9 of the engine',
  shortRounds: 2,
  longRounds: 50,
  run: (rounds) => endEngines(killEngine.name, rounds, 'SIGKILL'),
};

/** An engine that stops answering without ending (SIGSTOP); it is found and replaced. */
export const hangEngine: Fault = {
  name: 'hang of the engine',
  shortRounds: 0,
  longRounds: 5,
  run: (rounds) => endEngines(hangEngine.name, rounds, 'SIGSTOP'),
};

async function endEngines(fault: string, rounds: number, signal: 'SIGKILL' | 'SIGSTOP'): Promise<Outcome> {
  const random = seededRandom(rounds);
  return observe(fault, { pauseMillis: 5 }, async ({ collector, load }) => {
    let refusedMeanwhile = 0;
    let slowestReturnMillis = 0;
    for (let round = 1; round <= rounds; round++) {
      await sleep(between(random, 100, 1500));
      const before = load.answers.get(503) ?? 0;
      process.kill(engineOf(collector.child.process.pid as number) as number, signal);
      const begun = performance.now();
      await until(
        `the engine is back from ${signal} ${round}`,
        () => collector.status(),
        ({ engine }) => engine.restarts === round && engine.state === 'ready',
      );
      slowestReturnMillis = Math.max(slowestReturnMillis, performance.now() - begun);
      refusedMeanwhile += (load.answers.get(503) ?? 0) - before;
    }
    return { rounds, figures: { refusedMeanwhile, slowestReturnMillis } };
  });
}
