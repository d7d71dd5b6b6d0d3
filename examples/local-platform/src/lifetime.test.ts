import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findCpuController } from './cpu/controller.ts';
import { invoke, isGone, processState, temporaryFolder, writeFunctions } from './test-platform.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Also starts a child process, which must not remain either. */
const WITH_CHILD = `
import { spawn } from 'node:child_process';
const child = spawn('sleep', ['600']);
export const handler = async () => ({ pid: process.pid, child: child.pid, tmp: process.env.TMPDIR });`;

interface Run {
  readonly process: ChildProcess;
  readonly exit: Promise<[code: number | null, signal: string | null]>;
  readonly folder: string;
  stderr(): string;
  /** Every line of standard output. */
  readonly lines: string[];
}

interface StartOptions {
  /** Variables of the platform, in addition to its configuration. */
  readonly args?: readonly string[];
  /** Command prefix. */
  readonly prefix?: readonly string[];
}

async function start(config: unknown, { args = [], prefix = [] }: StartOptions = {}): Promise<Run> {
  const folder = await temporaryFolder();
  const file = join(folder, 'platform.json');
  await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
  const [command, ...rest] = [...prefix, process.execPath, MAIN, '--config', file, ...args];
  const child = spawn(command!, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Put everything temporary under a folder that the test can inspect.
    env: { ...process.env, TMPDIR: folder },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const exit = once(child, 'close') as Run['exit'];
  return { process: child, exit, folder, stderr: () => stderr, lines };
}

async function startReady(
  config: Record<string, unknown>,
  options?: StartOptions,
): Promise<Run & { url: string }> {
  const functions = await writeFunctions(await temporaryFolder(), { it: WITH_CHILD });
  const run = await start({ hosts: 2, functions, ...config }, options);
  const started = (): void => {
    if (run.lines.length === 0) throw new Error(`not started: ${run.stderr()}`);
  };
  await vi.waitFor(started, { timeout: 10_000 });
  return { ...run, url: (JSON.parse(run.lines[0]!) as { listening: string }).listening };
}

/** The folders of the platform's control groups that contain a sandbox, and the platform's own. */
function controlGroupsOf(pid: number): string[] {
  const read = (file: string): string => readFileSync(file, 'utf8');
  const path = /:(\/.*local-platform-.*)$/m.exec(read(`/proc/${pid}/cgroup`))?.[1];
  const controller = findCpuController(read('/proc/self/mountinfo'), read('/proc/self/cgroup'));
  const name = path?.split('/').slice(-2) ?? [];
  return (controller?.folders ?? [])
    .flatMap((folder) => [join(folder, name[0] ?? ''), join(folder, ...name)])
    .filter((folder) => name.length > 0 && existsSync(folder));
}

/** The pids of all descendants of a process, without itself. */
function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(/\) \w (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child].concat(below(child)));
  return below(pid);
}

const unshare = spawnSync('unshare', ['--mount', 'true'], { encoding: 'utf8' });
const refusal = unshare.status === 0 ? undefined : (unshare.error?.message ?? unshare.stderr.trim());
if (refusal !== undefined)
  console.warn(`SKIPPED: a machine without control groups cannot be simulated here: ${refusal}`);

describe('the platform as a process', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('leaves nothing behind after %s', async (signal) => {
    const run = await startReady({ cpuLimit: 'auto' });
    const { body } = await invoke(run.url, 'it');
    const { pid, child, tmp } = body as { pid: number; child: number; tmp: string };
    await expect.poll(() => processState(pid)).toBe('T');
    expect(existsSync(tmp)).toBe(true);
    const pids = descendants(run.process.pid!);
    expect(pids).toEqual(expect.arrayContaining([pid, child]));
    const { cpu } = JSON.parse(run.lines[0]!) as { cpu: { limited: boolean } };
    const groups = controlGroupsOf(pid);
    expect(groups.length > 0).toBe(cpu.limited);
    run.process.kill(signal);
    expect(await run.exit).toEqual(signal === 'SIGKILL' ? [null, 'SIGKILL'] : [0, null]);
    await expect.poll(() => pids.filter((one) => !isGone(one))).toEqual([]);
    await expect.poll(() => readdirSync(run.folder)).toEqual(['platform.json']);
    await expect.poll(() => groups.filter((folder) => existsSync(folder))).toEqual([]);
    expect(run.lines).toHaveLength(1);
  });

  it('prints its address and the mode of its hosts', async () => {
    const run = await startReady({ hostMode: 'declared' });
    expect(JSON.parse(run.lines[0]!)).toEqual({
      listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      hosts: { count: 2, mode: 'declared' },
      cpu: { limited: false },
    });
  });

  it.skipIf(refusal !== undefined)(
    'reports if CPU cannot be limited, and starts unless the limit is required',
    async () => {
      // The control groups are not visible.
      const hidden = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"';
      const prefix = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', hidden, 'sh'];
      const run = await startReady({ hosts: 1, hostMode: 'declared', cpuLimit: 'auto' }, { prefix });
      expect(JSON.parse(run.lines[0]!)).toMatchObject({ cpu: { limited: false } });
      expect(run.stderr()).toMatch(/^CPU cannot be limited by memory size here: .+\n$/);
      const functions = await writeFunctions(await temporaryFolder(), { it: WITH_CHILD });
      const refused = await start({ functions, cpuLimit: 'required' }, { prefix });
      expect(await refused.exit).toEqual([1, null]);
      expect(refused.stderr()).toMatch(/^CPU cannot be limited by memory size here: .+\n$/);
      expect(readdirSync(refused.folder)).toEqual(['platform.json']);
    },
  );

  it.each([
    ['not JSON', '{', /^the configuration .* cannot be read: /],
    ['no functions', { hosts: 1 }, /^functions must be a list of at least one function, not nothing\n$/],
    [
      'an unknown field',
      { hots: 1, functions: [] },
      /^the configuration has no field "hots"; known: hosts, /,
    ],
  ])('ends with one sentence and code 2 for a configuration with %s', async (_what, config, sentence) => {
    const run = await start(config);
    expect(await run.exit).toEqual([2, null]);
    expect(run.stderr()).toMatch(sentence);
    expect(run.stderr().trim().split('\n')).toHaveLength(1);
    expect(run.lines).toEqual([]);
  });

  it('ends with code 1 if a function cannot be staged or the port is taken, and leaves nothing behind', async () => {
    const missing = await start({ functions: [{ name: 'it', source: 'missing.ts' }] });
    expect(await missing.exit).toEqual([1, null]);
    expect(missing.stderr()).toMatch(/^function it cannot be staged: ENOENT/);
    expect(readdirSync(missing.folder)).toEqual(['platform.json']);

    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const functions = await writeFunctions(await temporaryFolder(), { it: WITH_CHILD });
    const port = String((taken.address() as AddressInfo).port);
    const refused = await start({ functions }, { args: ['--port', port] });
    expect(await refused.exit).toEqual([1, null]);
    expect(refused.stderr()).toMatch(new RegExp(`^port ${port} cannot be used: `, 'm'));
    expect(readdirSync(refused.folder)).toEqual(['platform.json']);
  });
});
