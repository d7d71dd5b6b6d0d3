import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SDK_SOURCE } from '../testing/test-child.ts';

const mayMount =
  spawnSync('unshare', ['--mount', 'mount', '--bind', '/proc/stat', '/proc/stat']).status === 0;
if (!mayMount)
  console.warn('SKIPPED: an emulated /proc is not tested: unshare --mount is not permitted here');

/** Names of all attributes that a function reports while `files` are mounted over those of /proc. */
async function reported(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-emulated-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const mounts: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text);
    mounts.push(`mount --bind ${join(folder, name)} /proc/${name}`);
  }
  await writeFile(
    join(folder, 'program.mjs'),
    `import { wrap } from '${SDK_SOURCE}';
     const f = wrap(async () => 1, { name: 'f' });
     for (let i = 0; i < 2; i += 1) await f({}, {});`,
  );
  const run = [...mounts, `exec ${process.execPath} ${join(folder, 'program.mjs')}`].join(' && ');
  const { stdout } = spawnSync('unshare', ['--mount', 'sh', '-c', run], {
    env: { ...process.env, TMPDIR: folder, SANDSCOPE_EXPORT: 'stdout', NODE_NO_WARNINGS: '1' },
    encoding: 'utf8',
  });
  expect(stdout.trim().split('\n')).toHaveLength(2);
  return stdout;
}

test.runIf(mayMount)('a container’s uptime gives no boot time', async () => {
  const all = await reported({ uptime: '12.34 10.00\n' });
  expect(all).not.toContain('boot_time_unix_ms');
  expect(all).toContain('sandscope.machine.cpu.idle_ms');
  expect(all).toContain('sandscope.memory.total_bytes');
});

test.runIf(mayMount)('CPU times and memory of a container are not reported as the machine’s', async () => {
  const all = await reported({
    stat: 'cpu  100 0 100 100 0 0 0 0 0 0\ncpu0 100 0 100 100 0 0 0 0 0 0\nbtime 1\n',
    meminfo: 'MemTotal:         131072 kB\nMemFree:           65536 kB\nMemAvailable:      65536 kB\n',
  });
  expect(all).not.toMatch(/sandscope\.machine\.cpu\.|sandscope\.memory\.(?:total|available)_bytes/);
  expect(all).toMatch(/sandscope\.memory\.rss_bytes/);
  expect(all).toContain('boot_time_unix_ms');
});
