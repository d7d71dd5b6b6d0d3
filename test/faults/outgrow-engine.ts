import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { maxPrivateBytes } from '../../collector/src/store/engine-health.ts';
import { until } from '../support/stack.ts';
import type { Fault } from './outcome.ts';
import { engineOf } from './processes.ts';
import { observe } from './run.ts';

const ENGINE_MEMORY_BYTES = 256 * 1024 ** 2;
const LIMIT_BYTES = maxPrivateBytes(ENGINE_MEMORY_BYTES);
const PRELOADED = fileURLToPath(new URL('./grow-on-signal.mjs', import.meta.url));

/** An engine whose process exceeds its memory limit, which its own count does not show; it is ended and replaced. */
export const outgrowEngine: Fault = {
  name: 'engine that outgrows its memory',
  shortRounds: 1,
  longRounds: 10,
  run: async (rounds) => {
    const options = {
      pauseMillis: 5,
      args: ['--engine-memory', String(ENGINE_MEMORY_BYTES)],
      environment: { NODE_OPTIONS: `--import=${PRELOADED}`, GROW_TO_BYTES: String(LIMIT_BYTES) },
    };
    return observe(outgrowEngine.name, options, async ({ folder, collector, load }) => {
      let acknowledgedMeanwhile = 0;
      let refusedMeanwhile = 0;
      let slowestReturnMillis = 0;
      for (let round = 1; round <= rounds; round++) {
        const outgrown = engineOf(collector.child.process.pid as number) as number;
        const { length: acknowledgedBefore } = load.acknowledged;
        const refusedBefore = load.answers.get(503) ?? 0;
        process.kill(outgrown, 'SIGUSR2');
        const begun = performance.now();
        await until(
          `the engine is back for the ${round}. time`,
          () => collector.status(),
          ({ engine }) => engine.restarts === round && engine.state === 'ready',
        );
        slowestReturnMillis = Math.max(slowestReturnMillis, performance.now() - begun);
        acknowledgedMeanwhile += load.acknowledged.length - acknowledgedBefore;
        refusedMeanwhile += (load.answers.get(503) ?? 0) - refusedBefore;
        const log = await readFile(join(folder, 'collector.log'), 'utf8');
        const logged =
          log.split(/killing the engine: it uses \d+ bytes of memory, more than the limit/).length - 1;
        if (logged !== round) throw new Error(`${logged} of ${round} engines were ended for their memory`);
        if (engineOf(collector.child.process.pid as number) === outgrown) throw new Error('it lives on');
      }
      if (acknowledgedMeanwhile === 0) throw new Error('nothing was acknowledged while the engine was away');
      return { rounds, figures: { refusedMeanwhile, acknowledgedMeanwhile, slowestReturnMillis } };
    });
  },
};
