import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { MERGE_THREAD } from './merge-priority.ts';
import { startTestEngine } from './test-engine.ts';

it.runIf(process.platform === 'linux')('merges have a lower priority than everything else', async () => {
  const test = await startTestEngine();
  try {
    const folder = `/proc/${test.engine.pid}/task`;
    const threads = readdirSync(folder).map((thread) => ({
      name: readFileSync(`${folder}/${thread}/comm`, 'utf8').trim(),
      // proc_pid_stat(5), field 19.
      nice: Number(
        readFileSync(`${folder}/${thread}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[16],
      ),
    }));
    const merging = threads.filter(({ name }) => name === MERGE_THREAD);
    const lower = Math.min(19, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
    expect(merging.map(({ nice }) => nice)).toEqual(Array(4).fill(lower));
    const isQuery = ({ name }: (typeof threads)[number]): boolean => /^(?:ThreadPool|Query)/.test(name);
    expect(threads.filter(isQuery).every(({ nice }) => nice <= getPriority())).toBe(true);
  } finally {
    await test.close();
  }
});
