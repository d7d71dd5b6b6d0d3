import { describe, expect, it } from 'vitest';
import { HOLD, processState, startGate, startTestPlatform } from './test-platform.ts';
import { TruthTally } from './truth.ts';

const PID = 'let n = 0; export const handler = async () => ({ pid: process.pid, n: ++n });';
describe('reuse', () => {
  it('runs the first event cold and the next ones in the same process', async () => {
    const platform = await startTestPlatform({ pid: PID });
    const first = await platform.call('pid');
    expect(first).toMatchObject({ status: 200, functionError: null, body: { n: 1 } });
    await platform.atRest();
    const { pid } = first.body as { pid: number };
    expect((await platform.call('pid')).body).toEqual({ pid, n: 2 });
    await platform.atRest();
    expect((await platform.call('pid')).body).toEqual({ pid, n: 3 });
    expect(platform.status()).toMatchObject([{ function: 'pid', pid, invocations: 3 }]);
  });

  it('stops the process between events', async () => {
    const platform = await startTestPlatform({ pid: PID });
    const { pid } = (await platform.call('pid')).body as { pid: number };
    await platform.atRest();
    await expect.poll(() => processState(pid)).toBe('T');
    await platform.call('pid');
    await platform.atRest();
    await expect.poll(() => processState(pid)).toBe('T');
    const seen = (await platform.events()).map(({ event }) => event);
    expect(seen).toEqual(
      'host deploy birth init_end invoke response freeze thaw invoke response freeze'.split(' '),
    );
  });

  it.each([
    ['most-recent', [1, 1, 1]],
    ['least-recent', [0, 1, 0]],
  ] as const)('picks the %s of two idle sandboxes', async (reuse, order) => {
    const platform = await startTestPlatform({ hold: HOLD }, { reuse });
    const both = await startGate(2);
    await Promise.all([platform.call('hold', { url: both }), platform.call('hold', { url: both })]);
    await platform.atRest();
    // The most recent is the one that was frozen last.
    const frozen = (await platform.events()).filter(({ event }) => event === 'freeze');
    const names = frozen.map((event) => (event.event === 'freeze' ? event.sandbox : ''));
    const single = await startGate(1);
    for (let n = 0; n < 3; n += 1) {
      await platform.call('hold', { url: single });
      await platform.atRest();
    }
    const picked = (await platform.events()).flatMap((event) =>
      event.event === 'invoke' && !event.cold ? [event.sandbox] : [],
    );
    expect(picked).toEqual(order.map((index) => names[index]));
  });
});

describe('concurrency', () => {
  it('creates a sandbox for each event that finds none idle, spread over the hosts', async () => {
    const platform = await startTestPlatform({ hold: HOLD }, { hosts: 3 });
    const url = await startGate(4);
    const answers = await Promise.all(Array.from({ length: 4 }, () => platform.call('hold', { url })));
    expect(new Set(answers.map(({ body }) => (body as { pid: number }).pid)).size).toBe(4);
    await platform.atRest();
    expect(
      platform
        .status()
        .map(({ host }) => host)
        .sort(),
    ).toEqual(['host-1', 'host-1', 'host-2', 'host-3']);
  });

  it('refuses calls above the limit as Lambda does', async () => {
    const platform = await startTestPlatform({ hold: HOLD }, {}, { maxConcurrency: 1 });
    const url = await startGate(2);
    const held = platform.call('hold', { url });
    await expect.poll(() => platform.status()).toHaveLength(1);
    const refused = await fetch(`${platform.url}/2015-03-31/functions/hold/invocations`, { method: 'POST' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');
    expect(await refused.json()).toMatchObject({ Type: 'User', message: 'Rate Exceeded.' });
    expect((await fetch(`${platform.url}/url/hold/`)).status).toBe(429);
    await fetch(url); // The second call at the gate.
    expect((await held).status).toBe(200);
  });
});

describe('a sandbox that another process killed', () => {
  it('is removed, and does not count as an eviction', async () => {
    const platform = await startTestPlatform({ pid: PID });
    const { pid } = (await platform.call('pid')).body as { pid: number };
    await platform.atRest();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => platform.status()).toEqual([]);
    expect(await platform.call('pid')).toMatchObject({ functionError: null, body: { n: 1 } });
    expect(platform.truth().total).toMatchObject({ invocations: 2, cold: 2, sandboxes: 2, evicted: 0 });
  });
});

describe('eviction', () => {
  it('ends a sandbox that was idle for the limit, and counts it as an eviction', async () => {
    const platform = await startTestPlatform({ pid: PID }, { idleLimitMillis: 50 });
    const { pid } = (await platform.call('pid')).body as { pid: number };
    await expect.poll(() => platform.status()).toEqual([]);
    expect(processState(pid)).toBeUndefined();
    expect(platform.truth().total).toMatchObject({ invocations: 1, cold: 1, sandboxes: 1, evicted: 1 });
    const seen = (await platform.events()).slice(-2);
    expect(seen).toMatchObject([
      { event: 'evict', reason: 'idle', law: 'fixed', details: { limitMillis: 50 } },
      { event: 'death', signal: 'SIGKILL', cause: 'idle', sandboxEnded: true },
    ]);
    expect((await platform.call('pid')).body).toMatchObject({ n: 1 });
  });

  it('ends nothing while paused', async () => {
    const platform = await startTestPlatform({ pid: PID }, { idleLimitMillis: 1 });
    const pause = async (paused: unknown): Promise<Response> =>
      fetch(`${platform.url}/control/evictions`, { method: 'POST', body: JSON.stringify({ paused }) });
    expect(await (await pause(true)).json()).toEqual({ paused: true });
    const { pid } = (await platform.call('pid')).body as { pid: number };
    await platform.atRest();
    const status = await fetch(`${platform.url}/status`);
    expect(await status.json()).toMatchObject({
      evictionsPaused: true,
      functions: { pid: { frozen: 1, busy: 0 } },
      sandboxes: [{ function: 'pid', pid, state: 'frozen' }],
    });
    await pause(false);
    await expect.poll(() => platform.status()).toEqual([]);
    expect((await pause('yes')).status).toBe(400);
  });

  it('does not count sandboxes that ended with the platform', async () => {
    const platform = await startTestPlatform({ pid: PID });
    await platform.call('pid');
    await platform.stop();
    expect(platform.truth().total).toMatchObject({ sandboxes: 1, evicted: 0 });
  });
});

const ANY_NUMBER = expect.any(Number) as number;

describe('truth', () => {
  it('summarises the events, in memory and from the file alike', async () => {
    const platform = await startTestPlatform({ one: PID, two: PID, hold: HOLD }, { hosts: 2 });
    for (let n = 0; n < 3; n += 1) {
      await platform.call('one');
      await platform.atRest();
    }
    await platform.call('two');
    await platform.atRest();
    const url = await startGate(2);
    for (let n = 0; n < 2; n += 1) {
      await Promise.all([platform.call('hold', { url }), platform.call('hold', { url })]);
      await platform.atRest();
    }
    const functions = {
      one: { invocations: 3, cold: 1, sandboxes: 1, evicted: 0, replaced: 0, hosts: 1, hops: 0 },
      two: { invocations: 1, cold: 1, sandboxes: 1, evicted: 0, replaced: 0, hosts: 1, hops: 0 },
      // Two sandboxes on two hosts: each round hops once inside; a hop between rounds depends on the order.
      hold: { invocations: 4, cold: 2, sandboxes: 2, evicted: 0, replaced: 0, hosts: 2, hops: ANY_NUMBER },
    };
    const arn = 'arn:aws:lambda:local:000000000000:function:';
    const expected = {
      functions,
      deployments: Object.fromEntries(
        Object.entries(functions).map(([name, counts]) => [arn + name, counts]),
      ),
      total: {
        invocations: 8,
        cold: 4,
        sandboxes: 4,
        evicted: 0,
        replaced: 0,
        hosts: 2,
        hops: ANY_NUMBER,
      },
    };
    const truth = await (await fetch(`${platform.url}/truth`)).json();
    expect(truth).toEqual(expected);
    // The handlers' own order, which in a burst need not be the order of delivery.
    const calls = (await platform.events())
      .flatMap((event) => (event.event === 'response' && event.function === 'hold' ? [event] : []))
      .sort((a, b) => a.startedUnixMicros! - b.startedUnixMicros!);
    const hops = calls.filter(({ host }, index) => index > 0 && host !== calls[index - 1]?.host).length;
    expect(platform.truth().total.hops).toBe(hops);
    const tally = new TruthTally();
    for (const event of await platform.events()) tally.add(event, event.timeUnixMillis);
    expect(tally.summary()).toEqual(truth);
  });
});
