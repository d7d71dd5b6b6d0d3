import { describe, expect, it } from 'vitest';
import { isGone, startTestPlatform, temporaryFolder, writeFunctions } from '../test-platform.ts';

/** Reports its process, the environment it was started with, and where its output goes. */
const TELL = `
import { readFileSync, readlinkSync } from 'node:fs';
export const handler = async () => ({
  pid: process.pid, cwd: process.cwd(), taskRoot: process.env.LAMBDA_TASK_ROOT, log: readlinkSync('/proc/self/fd/1'),
  generic: !readFileSync('/proc/self/environ', 'utf8').includes('AWS_LAMBDA_FUNCTION_NAME'),
  ours: Object.keys(process.env).filter((name) => name.startsWith('LOCAL_PLATFORM')) });`;

describe('the pool of runtimes', () => {
  it('gives a function a runtime that was started without one, if the function can use it', async () => {
    const functions = await writeFunctions(await temporaryFolder(), { pooled: TELL, flagged: TELL });
    Object.assign(functions[1]!, { environment: { NODE_OPTIONS: '--no-warnings' } });
    const platform = await startTestPlatform(
      {},
      { functions, runtimePool: { policy: 'fixed', runtimesPerHost: 1 } },
    );
    await expect.poll(() => platform.eventsOf('runtime')).toHaveLength(1);
    const { body } = await platform.call('pooled');
    const { pid, cwd } = body as { pid: number; cwd: string };
    expect(body).toMatchObject({ generic: true, taskRoot: cwd, ours: [] });
    expect(body).toMatchObject({ log: expect.stringMatching(/\/logs\/pooled\.log$/) as string });
    // Another one takes its place.
    await expect.poll(() => platform.eventsOf('runtime')).toHaveLength(2);
    const [first, second] = await platform.eventsOf('runtime');
    expect(first).toMatchObject({ host: 'host-1', pid });
    expect((await platform.call('flagged')).body).toMatchObject({ generic: false });
    const [own, other] = await platform.eventsOf('birth');
    expect(own).toMatchObject({ function: 'pooled', pid, pooledMillis: expect.any(Number) as number });
    expect(other).toMatchObject({ function: 'flagged' });
    expect(other).not.toHaveProperty('pooledMillis');
    await platform.stop();
    expect([pid, second!.pid].map(isGone)).toEqual([true, true]);
  });
});
