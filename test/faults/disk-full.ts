import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder, until } from '../support/stack.ts';
import type { Fault, Outcome } from './outcome.ts';
import { Skipped } from './outcome.ts';
import { observe } from './run.ts';

const FILE_SYSTEM_MIB = 384;
/** Far below what a commit needs, so that the writes themselves fail and not only the limit. */
const MIN_FREE = '1';

/** A file system without a free byte, under both inbox and engine, that gets space again. */
export const diskFull: Fault = {
  name: 'full disk',
  shortRounds: 1,
  longRounds: 5,
  run: (rounds) => fillDisks(rounds),
};

async function fillDisks(rounds: number): Promise<Outcome> {
  const temporary = await temporaryFolder();
  const folder = join(temporary.path, 'small');
  mkdirSync(folder);
  mount(folder);
  try {
    const options = { folder, args: ['--inbox-min-free-bytes', MIN_FREE], pauseMillis: 5 };
    return await observe(diskFull.name, options, async ({ collector, load }) => {
      let refused = 0;
      let slowestRecoveryMillis = 0;
      for (let round = 0; round < rounds; round++) {
        await sleep(1000);
        const before = load.answers.get(503) ?? 0;
        const acknowledged = load.acknowledged.length;
        const ballast = join(folder, 'ballast');
        const filling = setInterval(() => fill(ballast), 20); // what is freed meanwhile is taken at once
        await until(
          'requests are refused',
          async () => (load.answers.get(503) ?? 0) - before,
          (count) => count > 20,
        );
        await sleep(1500);
        clearInterval(filling);
        rmSync(ballast);
        const begun = performance.now();
        const soFar = load.acknowledged.length;
        await until(
          'requests are taken again',
          async () => load.acknowledged.length - soFar,
          (count) => count > 100,
        );
        slowestRecoveryMillis = Math.max(slowestRecoveryMillis, performance.now() - begun);
        refused += (load.answers.get(503) ?? 0) - before;
        if (load.acknowledged.length <= acknowledged) throw new Error('nothing was taken in this round');
        await until(
          'what waited is in the store',
          () => collector.status(),
          ({ store }) => store.lastError === undefined,
        );
      }
      return { rounds, figures: { refused, slowestRecoveryMillis } };
    });
  } finally {
    execFileSync('umount', ['--lazy', folder]);
    await temporary.remove();
  }
}

function mount(folder: string): void {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${FILE_SYSTEM_MIB}m`, 'sandscope', folder], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Skipped(`no file system can be mounted here: ${(error as Error).message.trim()}`);
  }
}

/** Writes until there is no space left. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  const chunk = Buffer.alloc(4096, 1);
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
