import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';

/** Attributes of two invocations in which these calls throw, as under a seccomp filter. */
async function reported(forbidden: string): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-forbidden-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const preload = join(folder, 'preload.cjs');
  await writeFile(
    preload,
    `const os = require('node:os');
     const { syncBuiltinESMExports } = require('node:module');
     const forbid = (of, name) => {
       of[name] = () => { throw Object.assign(new Error(name + ' is forbidden'), { code: 'EPERM' }); };
     };
     ${forbidden}
     syncBuiltinESMExports();`,
  );
  const program = `import { wrap } from 'SDK';
    const f = wrap(async (n) => n, { name: 'f' });
    for (const n of [1, 2]) if ((await f(n, {})) !== n) throw new Error('another answer');`;
  const env = { SANDSCOPE_EXPORT: 'stdout', NODE_OPTIONS: `--require=${preload}` };
  await using run = await runProgram(program, { env, folder });
  expect(await run.ended).toEqual({ code: 0, signal: null });
  expect(run.stderr()).toMatch(
    forbidden === '' ? /^$/ : /^sandscope: not readable and left out: .*resourceUsage is forbidden.*\n$/,
  );
  return run
    .stdout()
    .trim()
    .split('\n')
    .map((line) => {
      const [{ resource, scopeSpans }] = JSON.parse(line).resourceSpans;
      const all = [...resource.attributes, ...scopeSpans[0].spans.at(-1).attributes];
      return Object.fromEntries(all.map(({ key, value }: { key: string; value: object }) => [key, value]));
    });
}

const CALLS = [
  ["forbid(os, 'hostname')", ['host.name']],
  ["forbid(os, 'release')", ['os.version']],
  ["forbid(os, 'networkInterfaces')", ['host.ip', 'host.mac']],
  ["forbid(os, 'userInfo')", ['process.user.name']],
  ["forbid(process, 'geteuid')", ['process.user.id']],
  ["forbid(process, 'memoryUsage')", ['sandscope.memory.heap_used_bytes', 'sandscope.memory.external_bytes']],
  [
    "forbid(process, 'resourceUsage'); forbid(process, 'cpuUsage')",
    ['sandscope.cpu.user_ms', 'sandscope.cpu.system_ms', 'sandscope.faults.minor'],
  ],
] as const;

test('a forbidden system call removes only its own attributes', async () => {
  const usual = (await reported(''))[0]!;
  expect(usual).toHaveProperty(['sandscope.sandbox.id']);
  const all = await reported(CALLS.map(([call]) => call).join(';'));
  expect(all).toHaveLength(2);
  const lost: readonly string[] = CALLS.flatMap(([, names]) => names);
  const missing = Object.keys(usual).filter((name) => !(name in all[0]!));
  // Counters that come from the same call are missing too, such as block I/O.
  const related = /\.(?:faults|context_switches|io\.(?:read|write)_bytes)/;
  expect(missing.filter((name) => !related.test(name)).sort()).toEqual(
    lost.filter((name) => name in usual && !related.test(name)).sort(),
  );
});
