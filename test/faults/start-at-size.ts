import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { insertInvocations } from '../../collector/bench/query/generate.ts';
import { startEngine } from '../../collector/src/store/engine.ts';
import { Store } from '../../collector/src/store/store.ts';
import { temporaryFolder } from '../support/stack.ts';
import type { Fault, Outcome } from './outcome.ts';
import { observe } from './run.ts';

const INVOCATIONS = 10_000_000;
const SANDBOXES = 20_000;
/** Sandboxes per insert. */
const STEP = 50;
/** Only for filling. */
const FILL_MEMORY_BYTES = 4 * 1024 ** 3;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** `kill -9` under load with ten million invocations in the tables: how soon it can be queried again. */
export const startAtSize: Fault = {
  name: 'kill -9 at 10 million invocations',
  shortRounds: 0,
  longRounds: 10,
  run: (rounds) => startAgain(rounds),
};

async function startAgain(rounds: number): Promise<Outcome> {
  const temporary = await temporaryFolder();
  const folder = temporary.path;
  try {
    await fill(join(folder, 'collector', 'engine'));
    return await observe(startAtSize.name, { folder, pauseMillis: 10 }, async (patient) => {
      const starts: number[] = [];
      for (let round = 0; round < rounds; round++) {
        await sleep(1000);
        const { process: child } = patient.collector.child;
        const gone = once(child, 'exit');
        process.kill(child.pid as number, 'SIGKILL');
        await gone;
        const begun = performance.now();
        await patient.restart();
        starts.push(performance.now() - begun);
      }
      starts.sort((a, b) => a - b);
      return {
        rounds,
        figures: {
          medianStartMillis: starts[Math.floor(starts.length / 2)] ?? 0,
          slowestStartMillis: starts.at(-1) ?? 0,
        },
      };
    });
  } finally {
    await temporary.remove();
  }
}

async function fill(dataDir: string): Promise<void> {
  const engine = await startEngine({ dataDir, memoryBytes: FILL_MEMORY_BYTES, log });
  const store = await Store.open(engine);
  const fleet = {
    database: engine.database,
    invocations: INVOCATIONS,
    sandboxes: SANDBOXES,
    functions: 200,
    hosts: 500,
    endMs: Date.now(),
    spanMs: 86_400_000,
  };
  for (let from = 0; from < SANDBOXES; from += STEP) {
    await store.command(insertInvocations(fleet, { sandboxes: [from, from + STEP] }));
  }
  await store.close();
  await engine.stop();
}
