import { describe, expect, it } from 'vitest';
import { HOLD, startGate, startTestPlatform, temporaryFolder, writeFunctions } from '../test-platform.ts';

const LATENCY_MILLIS = 100;

describe('code', () => {
  it('is fetched when it is needed or ahead of that, and stays on the host', async () => {
    const names = ['off', 'at-deploy', 'at-first-start'];
    const functions = await writeFunctions(
      await temporaryFolder(),
      Object.fromEntries(names.map((name) => [name, HOLD])),
    );
    const platform = await startTestPlatform(
      {},
      {
        hosts: 2,
        codeFetch: { latencyMillis: LATENCY_MILLIS, megabytesPerSecond: 0.01 },
        functions: functions.map((one) => Object.assign(one, { prefetch: one.name })),
      },
    );
    const called = async (name: string, calls: number) => {
      // As many sandboxes as calls.
      const url = await startGate(calls);
      await Promise.all(Array.from({ length: calls }, () => platform.call(name, { url })));
      const fetches = (await platform.eventsOf('fetch')).filter((one) => one.function === name);
      return fetches.map(({ host, reason }) => `${host} ${reason}`).sort();
    };
    expect(await called('off', 3)).toEqual(['host-1 start', 'host-2 start']);
    expect(await called('at-deploy', 2)).toEqual(['host-1 prefetch', 'host-2 prefetch']);
    const first = await called('at-first-start', 2);
    expect(first.filter((one) => one.endsWith(' start'))).toHaveLength(1);
    expect(first.filter((one) => one.endsWith(' prefetch'))).toHaveLength(1);
    const [fetch] = await platform.eventsOf('fetch');
    expect(fetch!.bytes).toBeGreaterThan(HOLD.length);
    expect(fetch!.takesMillis).toBe(LATENCY_MILLIS + fetch!.bytes / 10);
    const events = await platform.events();
    const waits = events.flatMap((birth) => {
      if (birth.event !== 'birth' || birth.function !== 'off') return [];
      const ready = events.find((one) => one.event === 'init_end' && one.sandbox === birth.sandbox);
      return ready!.timeUnixMillis - birth.timeUnixMillis;
    });
    expect(waits).toHaveLength(3);
    // Times in the truth are whole milliseconds. The third call may arrive while the code is being fetched.
    expect(waits.sort((a, b) => b - a)[1]).toBeGreaterThanOrEqual(Math.floor(fetch!.takesMillis) - 1);
  });
});
