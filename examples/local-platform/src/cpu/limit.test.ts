import { existsSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startTestPlatform } from '../test-platform.ts';
import { openCpuGroups } from './groups.ts';

const opened = openCpuGroups();
const refusal = 'refusal' in opened ? opened.refusal : undefined;
if (!('refusal' in opened)) rmdirSync(opened.folder);
if (refusal !== undefined) console.warn(`SKIPPED: CPU limited by memory size is not tested here: ${refusal}`);

/** Uses that much CPU time, and returns how long that took, both in ms, and its own control group. */
const BURN = `
import { readFileSync } from 'node:fs';
const own = readFileSync('/proc/self/cgroup', 'utf8').split('\\n').find((line) => line.includes('local-platform-'));
const cpuMillis = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
export const handler = async ({ millis }) => {
  const [startedMillis, used] = [performance.now(), cpuMillis()];
  while (cpuMillis() - used < millis);
  return { wallMillis: performance.now() - startedMillis, cpuMillis: cpuMillis() - used, group: own?.split(':')[2] };
};`;

interface Burnt {
  wallMillis: number;
  cpuMillis: number;
  group: string | undefined;
}

describe.skipIf(refusal !== undefined)('CPU limited by memory size', () => {
  it('gives a sandbox its quota in every period, and leaves no control group', async () => {
    // A quarter of a CPU.
    const platform = await startTestPlatform({ it: BURN }, { cpuLimit: 'required' }, { memoryMb: 442 });
    expect(platform.cpu).toEqual({ limited: true, cgroupVersion: expect.any(Number) as number });
    const [deployed] = await platform.eventsOf('deploy');
    expect(deployed).toMatchObject({ cpuQuotaMicros: 4997, cpuPeriodMicros: 20_000 });
    const { wallMillis, cpuMillis, group } = (await platform.call('it', { millis: 60 })).body as Burnt;
    // The unused quota of the first and of the last period may have been used at once.
    const fullPeriods = Math.ceil(cpuMillis / 4.997) - 2;
    expect(wallMillis).toBeGreaterThan(fullPeriods * 20);
    expect(group).toMatch(/\/local-platform-[0-9a-f-]+\/sandbox-[0-9a-f-]+$/);
    const [name = '', ofSandbox = ''] = group!.split('/').slice(-2);
    const folder = join(dirname((opened as { folder: string }).folder), name);
    expect(existsSync(join(folder, ofSandbox))).toBe(true);
    await platform.atRest();
    process.kill(platform.status()[0]!.pid!, 'SIGKILL');
    await expect.poll(() => existsSync(join(folder, ofSandbox))).toBe(false);
    await platform.stop();
    expect(existsSync(folder)).toBe(false);
  });

  it('applies to a restarted process in the sandbox', async () => {
    const source = BURN.replace('({ millis }) => {', '({ millis, exit }) => { if (exit) process.exit(1);');
    const platform = await startTestPlatform({ it: source }, { cpuLimit: 'auto' }, { memoryMb: 442 });
    expect(await platform.call('it', { exit: true })).toMatchObject({ functionError: 'Unhandled' });
    await platform.atRest();
    const { wallMillis, cpuMillis } = (await platform.call('it', { millis: 60 })).body as Burnt;
    expect(await platform.eventsOf('restart')).toHaveLength(1);
    expect(wallMillis).toBeGreaterThan((Math.ceil(cpuMillis / 4.997) - 2) * 20);
  });
});
