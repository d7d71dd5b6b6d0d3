import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SDK_SOURCE } from '../testing/test-child.ts';

/**
 * Names of the attributes of five invocations, resource included, of a function that uses up all descriptors at `from`
 * (-1 never, 0 before the first invocation) and releases them during the third.
 */
async function reported(from: number): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-descriptors-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, 'program.mjs');
  await writeFile(
    program,
    `import { closeSync, openSync } from 'node:fs';
     import { wrap } from '${SDK_SOURCE}';
     let held = [];
     const take = () => { try { for (;;) held.push(openSync('/dev/null', 'r')); } catch { return 1; } };
     let count = 0;
     const f = wrap(async () => {
       count += 1;
       if (count === ${from}) take();
       if (count === 3) { held.forEach((fd) => closeSync(fd)); held = []; }
     }, { name: 'f' });
     const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
     if (${from} === 0) take();
     for (const ms of [0, 60, 60, 60, 1000]) { await pause(ms); await f({}, {}); }
     process.kill(process.pid, 'SIGKILL');`,
  );
  const child = spawn('sh', ['-c', `ulimit -n 64; exec ${process.execPath} ${program}`], {
    env: { ...process.env, TMPDIR: folder, SANDSCOPE_EXPORT: 'stdout', NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  await once(child, 'close');
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [{ resource, scopeSpans }] = JSON.parse(line).resourceSpans;
      const attributes = [...resource.attributes, ...scopeSpans[0].spans.at(-1).attributes];
      return attributes.map(({ key }: { key: string }) => key).sort();
    });
}

test.runIf(process.platform === 'linux')(
  'values that could not be read for lack of descriptors are read once there are some again',
  async () => {
    const [usual, first, before] = await Promise.all([reported(-1), reported(1), reported(0)]);
    for (const run of [usual, first, before]) expect(run).toHaveLength(5);
    // Levels are reported once a second, here by the fifth.
    for (const run of [first, before]) expect(run[4]).toEqual(usual[4]);
    const levels = /\.(?:pressure|tmp\.(?:used|available)|cgroup\.memory\.used)/;
    const steady = (names: string[] = []): string[] => names.filter((name) => !levels.test(name));
    expect(steady(first[3])).toEqual(steady(usual[3]));
    expect(usual[3]!.length - steady(first[1]).length).toBeGreaterThan(10);
  },
);
