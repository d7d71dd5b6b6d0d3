import { describe, expect, it } from 'vitest';
import { seededDraw } from './chance.ts';
import type { PlatformConfigInput } from './config.ts';
import { parseExpiry, startLaws } from './expiry/registry.ts';
import {
  HOLD,
  startGate,
  startTestPlatform,
  temporaryFolder,
  writeFunctions,
  type TestPlatform,
} from './test-platform.ts';

const arnOf = (name: string): string => `arn:aws:lambda:local:000000000000:function:${name}`;
const PID = 'export const handler = async () => ({ pid: process.pid });';
const SEED = 11;

type Evict = Awaited<ReturnType<typeof evictionsOf>>[number];

const evictionsOf = async (platform: TestPlatform) => platform.eventsOf('evict');

/** Starts sandboxes that nobody calls, and waits until the laws have ended all of them. */
async function watchEnds(
  laws: Readonly<Record<string, unknown>>,
  initializedAhead: number,
  timeScale = 1,
): Promise<TestPlatform> {
  const folder = await temporaryFolder();
  const names = Object.keys(laws);
  const files = await writeFunctions(folder, Object.fromEntries(names.map((name) => [name, PID])));
  const functions = files.map((one) =>
    Object.assign(one, { initializedAhead, expiry: parseExpiry('expiry', laws[one.name]) }),
  );
  const platform = await startTestPlatform({}, { functions, seed: SEED, timeScale });
  const ended = async (): Promise<number> => (await evictionsOf(platform)).length;
  await expect.poll(ended).toBe(initializedAhead * names.length);
  await expect.poll(() => platform.status()).toEqual([]);
  return platform;
}

/** The limits that a law assigns to the first sandboxes of a function, ms. */
function dealt(name: string, expiry: unknown, count: number, timeScale: number): number[] {
  const draw = seededDraw(SEED, arnOf(name), 1);
  const [law] = startLaws(parseExpiry('expiry', expiry), { scaled: (millis) => millis / timeScale, draw });
  return Array.from({ length: count }, (_, index) => {
    const one = { ordinal: index + 1, bornMillis: 0, idleSinceMillis: 0, idleTimes: 1 };
    law!.rule.idle(one);
    const limitMillis = law!.rule.nextMillis();
    law!.rule.gone(one);
    return limitMillis;
  });
}

const byNumber = (a: number, b: number): number => a - b;

describe('expiry laws on real sandboxes', () => {
  it('end each sandbox at the idle time drawn for it', async () => {
    const laws = {
      fixed: { law: 'fixed', limitMillis: 20_000 },
      soft: { law: 'soft', limitMillis: 20_000, spreadMillis: 4000 },
      'two-step': { law: 'two-step', firstMillis: 10_000, secondMillis: 40_000 },
      exponential: { law: 'exponential', halfLifeMillis: 20_000 },
    };
    const platform = await watchEnds(laws, 2, 100);
    const evictions = await evictionsOf(platform);
    const deploys = await platform.eventsOf('deploy');
    for (const [name, expiry] of Object.entries(laws)) {
      const own = evictions.filter((one) => one.function === name);
      const limits = own.map(({ details }) => details!['limitMillis']!);
      expect(limits.sort(byNumber), name).toEqual(dealt(name, expiry, 2, 100).sort(byNumber));
      for (const { law, reason, details, idleMillis, ageMillis } of own) {
        expect({ law, reason }).toEqual({ law: expiry.law, reason: 'idle' });
        expect(idleMillis).toBeGreaterThanOrEqual(Math.floor(details!['limitMillis']!));
        expect(ageMillis).toBeGreaterThanOrEqual(idleMillis!);
      }
      const deployed = deploys.find((one) => one.function === name);
      expect(deployed).toMatchObject({ expiry: [expiry], seed: SEED, timeScale: 100, revision: 1 });
    }
    const deaths = await platform.eventsOf('death');
    expect(deaths).toMatchObject(deaths.map(() => ({ cause: 'idle', sandboxEnded: true })));
  });

  it('halving drops half of a batch each period, and a second law ends the last one', async () => {
    const halving = { law: 'halving', periodMillis: 300, batchMillis: 300 };
    const platform = await watchEnds({ it: [halving, { law: 'fixed', limitMillis: 1500 }] }, 5);
    const evictions = await evictionsOf(platform);
    const periods = new Map<string, Evict[]>();
    for (const one of evictions.filter(({ law }) => law === 'halving')) {
      const key = `${one.details!['batch']}/${one.details!['period']}`;
      periods.set(key, [...(periods.get(key) ?? []), one]);
    }
    expect(periods.size).toBeGreaterThan(0);
    for (const [key, dropped] of periods) {
      const { batch, period, batchSize } = dropped[0]!.details as Record<string, number>;
      expect(dropped, key).toHaveLength(Math.floor(batchSize! / 2));
      const next = periods.get(`${batch}/${period! + 1}`);
      expect(next?.[0]?.details!['batchSize'] ?? 1).toBe(batchSize! - dropped.length);
    }
    // The last one of each batch is left for the fixed limit, and so is one that became idle alone.
    const batches = new Set([...periods.keys()].map((key) => key.split('/')[0]));
    const last = evictions.filter(({ law }) => law === 'fixed');
    expect(last.length).toBeGreaterThanOrEqual(batches.size);
    for (const { idleMillis } of last) expect(idleMillis).toBeGreaterThanOrEqual(1500);
  });

  it('maximum age ends an idle sandbox, and a busy one after its answer', async () => {
    const limitMillis = 600;
    const platform = await startTestPlatform(
      { it: HOLD },
      { expiry: { law: 'maximum-age', limitMillis } },
      { initializedAhead: 2, timeoutSeconds: 30 },
    );
    platform.pauseEvictions();
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'frozen' }, { state: 'frozen' }]);
    const url = await startGate(2);
    const call = platform.call('it', { url });
    const sinceMillis = performance.now();
    await expect.poll(() => performance.now() - sinceMillis).toBeGreaterThan(limitMillis);
    platform.resumeEvictions();
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'busy' }]);
    await fetch(url); // The second call at the gate.
    expect(await call).toMatchObject({ status: 200, functionError: null });
    await expect.poll(() => platform.status()).toEqual([]);
    const [idle, busy] = await evictionsOf(platform);
    expect(idle).toMatchObject({ reason: 'age', law: 'maximum-age', details: { limitMillis } });
    expect(idle!.ageMillis).toBeGreaterThanOrEqual(limitMillis);
    expect(busy).toMatchObject({ reason: 'age', law: 'maximum-age' });
    expect(busy).not.toHaveProperty('idleMillis');
    expect(platform.truth().total).toMatchObject({ sandboxes: 1, evicted: 1, replaced: 0 });
  });
});

/** Three idle sandboxes that were used once each. @returns their names in the order of birth */
async function startThree(
  config: Partial<PlatformConfigInput>,
): Promise<{ platform: TestPlatform; names: string[] }> {
  const platform = await startTestPlatform({ it: HOLD }, config);
  const url = await startGate(3);
  await Promise.all([1, 2, 3].map(() => platform.call('it', { url })));
  await platform.atRest();
  return { platform, names: platform.status().map(({ sandbox }) => sandbox) };
}

/** Calls one after the other. @returns the sandboxes that were picked */
async function picks(platform: TestPlatform, keys: readonly (string | undefined)[]): Promise<string[]> {
  const url = await startGate(1);
  const picked: string[] = [];
  for (const key of keys) {
    const response = await fetch(`${platform.url}/2015-03-31/functions/it/invocations`, {
      method: 'POST',
      headers: key === undefined ? {} : { 'x-affinity-key': key },
      body: JSON.stringify({ url }),
    });
    expect(response.status).toBe(200);
    await platform.atRest();
    picked.push((await platform.eventsOf('invoke')).at(-1)!.sandbox);
  }
  return picked;
}

const four = Array.from({ length: 4 }, () => undefined);

describe('reuse orders on real sandboxes', () => {
  it('round robin uses them in the order of birth', async () => {
    const { platform, names } = await startThree({ reuse: 'round-robin' });
    expect(await picks(platform, four)).toEqual([...names, names[0]]);
  });

  it('random picks according to the seed', async () => {
    const { platform } = await startThree({ reuse: 'random', seed: 3 });
    const freezes = await platform.eventsOf('freeze');
    // The one that has been idle longest first.
    const byUse = freezes.map(({ sandbox }) => sandbox);
    const draw = seededDraw(3, arnOf('it'), 1);
    const expected = four.map((_, index) => {
      const [picked] = byUse.splice(Math.floor(draw('random', index + 1) * byUse.length), 1);
      byUse.push(picked!);
      return picked;
    });
    expect(await picks(platform, four)).toEqual(expected);
  });

  it('affinity gives a key the same sandbox until that has ended', async () => {
    const { platform } = await startThree({ reuse: 'affinity', seed: 3 });
    const keys = ['a', 'b', 'c', 'd'];
    const first = await picks(platform, keys);
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await picks(platform, [...keys].reverse())).toEqual([...first].reverse());
    const gone = first[0]!;
    process.kill(platform.status().find(({ sandbox }) => sandbox === gone)!.pid!, 'SIGKILL');
    await expect.poll(() => platform.status().length).toBe(2);
    const later = await picks(platform, keys);
    expect(keys.filter((_, n) => later[n] !== first[n])).toEqual(keys.filter((_, n) => first[n] === gone));
  });
});

describe('one-to-many', () => {
  const WAIT = `import { once } from 'node:events';
    setInterval(() => {}, 60_000);
    export const handler = async () => { await once(process, 'SIGUSR2'); return process.pid; };`;

  it.each([
    ['fill', [3, 1]],
    ['least-loaded', [2, 2]],
  ])('%s spreads four calls over two sandboxes with three places as %j', async (reuse, counts) => {
    const platform = await startTestPlatform(
      { it: WAIT },
      { reuse },
      { initialization: 'lambda-managed-instances', concurrencyPerSandbox: 3, initializedAhead: 2 },
    );
    await expect.poll(() => platform.status()).toMatchObject([{ state: 'idle' }, { state: 'idle' }]);
    const calls: Promise<unknown>[] = [];
    for (let n = 1; n <= 4; n += 1) {
      calls.push(platform.call('it'));
      const delivered = (): number => platform.status().reduce((sum, one) => sum + one.invocations, 0);
      await expect.poll(delivered).toBe(n);
    }
    expect(platform.status().map(({ invocations }) => invocations)).toEqual(counts);
    expect(await platform.eventsOf('deploy')).toMatchObject([{ reuse, concurrencyPerSandbox: 3 }]);
    for (const { pid } of platform.status()) process.kill(pid!, 'SIGUSR2');
    await Promise.all(calls);
  });
});
