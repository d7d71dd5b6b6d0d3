import { describe, expect, it } from 'vitest';
import { startCollector } from '../../../../sdk/src/testing/test-collector.ts';
import { HOLD, startGate, startTestPlatform } from '../test-platform.ts';

const START_MILLIS = 100;

describe('hosts', () => {
  it('are added when all are full, up to the maximum, and are removed when they are empty', async () => {
    const platform = await startTestPlatform(
      { it: HOLD },
      {
        hostMode: 'auto',
        hosts: 2,
        zones: ['a', 'b'],
        hostScaling: {
          policy: 'elastic',
          sandboxesPerHost: 1,
          maximumHosts: 3,
          startMillis: START_MILLIS,
          emptyLimitMillis: 50,
        },
        expiry: { law: 'fixed', limitMillis: 1 },
      },
    );
    const url = await startGate(4);
    const calls = [1, 2, 3].map(() => platform.call('it', { url }));
    await expect.poll(() => platform.status()).toHaveLength(3);
    expect(await platform.call('it', { url })).toMatchObject({ status: 429 });
    await fetch(url);
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const hosts = await platform.eventsOf('host');
    expect(hosts).toMatchObject([
      { host: 'host-1', zone: 'a' },
      { host: 'host-2', zone: 'b' },
      { host: 'host-3', zone: 'a', added: { policy: 'elastic', sandboxesPerHost: 1 } },
    ]);
    expect(hosts[2]!.added!.startedMillis).toBeGreaterThanOrEqual(START_MILLIS - 1);
    expect(hosts[0]).not.toHaveProperty('added');
    expect((await platform.eventsOf('birth')).map(({ host }) => host).sort()).toEqual([
      'host-1',
      'host-2',
      'host-3',
    ]);
    // Only one of them: the configured number is kept.
    await expect.poll(() => platform.eventsOf('host_end')).toHaveLength(1);
    const [ended] = await platform.eventsOf('host_end');
    expect(ended!.emptyMillis).toBeGreaterThanOrEqual(49);
    expect((await platform.call('it', { url: await startGate(1) })).status).toBe(200);
    const last = (await platform.eventsOf('birth')).at(-1)!;
    expect(last.host).not.toBe(ended!.host);
  });

  it('have a zone, which is in the metadata endpoint and so in the spans', async () => {
    const ask = `
      const { AWS_LAMBDA_METADATA_API: api } = process.env;
      export const handler = async () => (await fetch('http://' + api + '/2026-01-15/metadata/execution-environment',
        { headers: { authorization: 'Bearer of nothing' } })).status;`;
    const wrapped = `import { wrap } from '@sandscope/sdk'; export const handler = wrap(async () => 1);`;
    await using collector = await startCollector();
    const platform = await startTestPlatform(
      { ask, one: wrapped, two: wrapped },
      { zones: ['use1-az1', 'use1-az2'], collector: collector.endpoint },
      { environment: { SANDSCOPE_FLUSH: 'each' } },
    );
    expect((await platform.call('ask')).body).toBe(403);
    for (const name of ['one', 'two']) await platform.call(name);
    await platform.atRest();
    const reported = collector.spans
      .filter(({ name }) => name === 'one' || name === 'two')
      .map(({ name, resource }) => [name, resource['cloud.availability_zone']]);
    const zoneOf = new Map((await platform.eventsOf('host')).map(({ host, zone }) => [host, zone]));
    const placed = (await platform.eventsOf('birth')).map((one) => [one.function, zoneOf.get(one.host)]);
    expect(reported).toEqual([
      ['one', 'use1-az2'],
      ['two', 'use1-az1'],
    ]);
    expect(placed.slice(1)).toEqual(reported);
  });
});
