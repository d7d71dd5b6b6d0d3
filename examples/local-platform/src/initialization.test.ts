import { describe, expect, it } from 'vitest';
import { startTestPlatform } from './test-platform.ts';

const TELL = `let n = 0;
export const handler = async () => ({ n: (n += 1), pid: process.pid, type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE });`;

describe('sandboxes initialised ahead', () => {
  it.each(['on-demand', 'provisioned-concurrency', 'snap-start'] as const)(
    '%s: wait frozen for their first event',
    async (initialization) => {
      const platform = await startTestPlatform(
        { it: TELL },
        {},
        { initialization, initializedAhead: 2, maxConcurrency: 2 },
      );
      await expect.poll(() => platform.status()).toMatchObject([{ state: 'frozen' }, { state: 'frozen' }]);
      expect(platform.truth().total).toMatchObject({ invocations: 0, sandboxes: 0 });
      const pids = platform.status().map(({ pid }) => pid);
      const { body } = await platform.call('it');
      expect(body).toMatchObject({ n: 1, type: initialization });
      expect(pids).toContain((body as { pid: number }).pid);
      await platform.atRest();
      expect(platform.status()).toHaveLength(2);
    },
  );
});

describe('managed instances', () => {
  const HOLD = `import { once } from 'node:events';
    // A signal listener does not keep a process alive.
    setInterval(() => {}, 60_000);
    export const handler = async () => { await once(process, 'SIGUSR2'); return process.pid; };`;

  it('run the configured number of invocations at once, the next one in another, and are not frozen', async () => {
    const platform = await startTestPlatform(
      { it: HOLD },
      {},
      { initialization: 'lambda-managed-instances', concurrencyPerSandbox: 3, timeoutSeconds: 0.2 },
    );
    const calls = Array.from({ length: 4 }, () => platform.call('it'));
    await expect.poll(() => platform.status().map(({ invocations }) => invocations)).toEqual([3, 1]);
    // Longer than the function's timeout, which does not end it.
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const { pid } of platform.status()) process.kill(pid as number, 'SIGUSR2');
    const pids = (await Promise.all(calls)).map(({ body }) => body);
    expect(new Set(pids).size).toBe(2);
    await expect.poll(() => platform.status().map(({ state }) => state)).toEqual(['idle', 'idle']);
    const names = (await platform.events()).map(({ event }) => event);
    expect(names).not.toContain('freeze');
  });

  it('let no extension inside the function register for events', async () => {
    const register = `const { AWS_LAMBDA_RUNTIME_API: api } = process.env;
      const ask = async (events) => (await fetch('http://' + api + '/2020-01-01/extension/register', {
        method: 'POST', headers: { 'lambda-extension-name': 'x' }, body: JSON.stringify({ events }) })).status;
      const status = await ask(['INVOKE']);
      export const handler = async () => status;`;
    const platform = await startTestPlatform(
      { it: register },
      {},
      { initialization: 'lambda-managed-instances', concurrencyPerSandbox: 2 },
    );
    expect((await platform.call('it')).body).toBe(403);
  });
});
