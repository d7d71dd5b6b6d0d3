/**
 * One function in two regions, with a new version deployed in one of them while both are called. Compares the spans of
 * each invocation, and the collector's answers for a region, with the platform's truth. In one region the sandboxes
 * send goodbyes, in the other they are killed without notice.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  getJson,
  startCollector,
  startPlatformProcess,
  temporaryFolder,
  until,
  type Collector,
  type Platform,
  type TruthEvent,
} from '../support/stack.ts';

interface Counts {
  invocations: number;
  cold: number;
  sandboxes: number;
  evicted: number;
  replaced: number;
}
interface Invocation {
  invocationId: string;
  region: string;
  version: string;
  instance: string;
  bootId?: string;
  traceId: string;
}
interface Sandbox {
  id: string;
  instance: string;
  state: string;
}
interface Eviction {
  sandbox: string;
  state: string;
  after: string;
  before: string;
}
interface OtlpAttribute {
  key: string;
  value: { stringValue?: string };
}
interface OtlpTrace {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { spans: { kind: number; attributes: OtlpAttribute[] }[] }[];
  }[];
}

const [IRELAND, OREGON] = ['eu-west-1', 'us-west-2'] as const;
const ACCOUNTS = { [IRELAND]: '111111111111', [OREGON]: '222222222222' } as const;
const arnIn = (region: keyof typeof ACCOUNTS): string =>
  `arn:aws:lambda:${region}:${ACCOUNTS[region]}:function:burn`;
/** Maximum difference between two processes' readings of the same clock, ms. */
const CLOCK_MILLIS = 5;

describe('a function in two regions, deployed anew in one of them', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  let platform: Platform;
  let deployments: Record<string, Counts>;
  let invocations: Invocation[];
  const events: Record<string, TruthEvent[]> = {};
  /** By the platform's name of the sandbox. */
  const births = new Map<unknown, TruthEvent>();

  const ask = async <T>(path: string): Promise<T> => getJson<T>(`${collector.url}/api/v1/${path}`);
  const truth = async (): Promise<Record<string, Counts>> =>
    (await platform.truth<{ deployments: Record<string, Counts> }>()).deployments;
  const burst = async (region: keyof typeof ACCOUNTS, count: number, milliseconds = 60): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => platform.invoke(arnIn(region), { milliseconds })));

  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path);
    platform = await startPlatformProcess(folder.path, {
      hosts: 2,
      idleLimitMillis: 1500,
      collector: collector.url,
      functions: [IRELAND, OREGON].map((region) => ({
        name: 'burn',
        region,
        account: ACCOUNTS[region],
        goodbyes: region === IRELAND,
        source: 'examples/functions/burn/index.ts',
        environment: { SANDSCOPE_EXPORT: 'extension' },
      })),
    });
    await Promise.all([burst(IRELAND, 3), burst(OREGON, 3)]);
    await until('everything is evicted', truth, (now) =>
      [IRELAND, OREGON].every((region) => now[arnIn(region)]!.evicted === now[arnIn(region)]!.sandboxes),
    );
    await burst(IRELAND, 3);
    // From here on nothing is evicted for its idle time, so that the deploy finds sandboxes to replace.
    await platform.rest();
    // Still at work when the new version is deployed.
    const held = burst(IRELAND, 2, 2000);
    await burst(OREGON, 2);
    await platform.deploy({ function: arnIn(IRELAND), changes: { version: '2' } });
    await burst(IRELAND, 2);
    await held;
    await until(
      'no sandbox of the old version is left',
      async () => getJson<{ sandboxes: { region: string; revision: number }[] }>(`${platform.url}/status`),
      ({ sandboxes }) => sandboxes.every(({ region, revision }) => region !== IRELAND || revision === 2),
    );
    await burst(OREGON, 2);
    await platform.rest();
    await collector.settled();
    deployments = await truth();
    for (const one of await platform.events()) {
      (events[one.event] ??= []).push(one);
      if (one.event === 'birth') births.set(one['sandbox'], one);
    }
    ({ invocations } = await ask<{ invocations: Invocation[] }>('invocations?from=-1h&limit=500'));
  });

  afterAll(async () => {
    await platform?.child.stop();
    await collector?.child.stop();
    await folder?.remove();
  });

  it('is recorded with both deployments, the deploy and the cause of every end', () => {
    const deploys = events['deploy']!.map(({ region, account, version, revision, goodbyes, old }) => {
      return { region, account, version, revision, goodbyes, old };
    });
    expect(deploys).toEqual([
      { region: IRELAND, account: ACCOUNTS[IRELAND], version: '$LATEST', revision: 1, goodbyes: true },
      { region: OREGON, account: ACCOUNTS[OREGON], version: '$LATEST', revision: 1, goodbyes: false },
      {
        region: IRELAND,
        account: ACCOUNTS[IRELAND],
        version: '2',
        revision: 2,
        goodbyes: true,
        old: 'drain',
      },
    ]);
    const replaced = events['evict']!.filter(({ reason }) => reason === 'deploy');
    expect(replaced.length).toBeGreaterThan(0);
    expect(replaced.length).toBe(deployments[arnIn(IRELAND)]!.replaced);
    expect(replaced.map(({ sandbox }) => births.get(sandbox)!['revision'])).toEqual(replaced.map(() => 1));
    expect(deployments[arnIn(OREGON)]!.replaced).toBe(0);
    const causes = new Map(events['death']!.map(({ sandbox, cause }) => [sandbox, cause]));
    for (const { sandbox, reason } of events['evict']!) expect(causes.get(sandbox)).toBe(reason);
  });

  it('says with every invocation in which region, version, sandbox and kernel it ran', () => {
    const versions = new Map(
      events['deploy']!.map((one) => [`${String(one['region'])} ${String(one['revision'])}`, one['version']]),
    );
    const bootIds = new Map(events['host']!.map((one) => [one['host'], one['bootId']]));
    const ran = events['invoke']!.map(({ requestId, sandbox, host, region }) => {
      const { revision, logStream } = births.get(sandbox)!;
      const version = versions.get(`${String(region)} ${String(revision)}`);
      return [requestId, { region, version, instance: logStream, bootId: bootIds.get(host) }];
    });
    const hasHosts = events['host']!.every(({ mode }) => mode === 'namespaces');
    const recorded = invocations.map(({ invocationId, region, version, instance, bootId }) => {
      return [invocationId, { region, version, instance, bootId: hasHosts ? bootId : undefined }];
    });
    expect(Object.fromEntries(recorded)).toEqual(Object.fromEntries(ran));
    expect(invocations.length).toBe(ran.length);
  });

  it('names account and function as the platform does', async () => {
    for (const [region, version] of [
      [IRELAND, '$LATEST'],
      [IRELAND, '2'],
      [OREGON, '$LATEST'],
    ] as const) {
      const { traceId } = invocations.find((one) => one.region === region && one.version === version)!;
      const { resourceSpans } = await ask<OtlpTrace>(`traces/${traceId}`);
      const [{ resource, scopeSpans }] = resourceSpans as [OtlpTrace['resourceSpans'][number]];
      const server = scopeSpans.flatMap(({ spans }) => spans).find(({ kind }) => kind === 2)!;
      const attributes = Object.fromEntries(
        [...resource.attributes, ...server.attributes].map(({ key, value }) => [key, value.stringValue]),
      );
      expect(attributes).toMatchObject({
        'cloud.region': region,
        'cloud.account.id': ACCOUNTS[region],
        'cloud.resource_id': arnIn(region),
        'aws.lambda.invoked_arn': arnIn(region),
        'faas.version': version,
      });
    }
  });

  it('counts invocations, cold starts and sandboxes of a region', async () => {
    for (const region of [IRELAND, OREGON] as const) {
      const { functions } = await ask<{ functions: Counts[] }>(`functions?from=-1h&region=${region}`);
      const { invocations: calls, cold, sandboxes } = deployments[arnIn(region)]!;
      expect(functions, region).toMatchObject([{ invocations: calls, cold, sandboxes }]);
    }
  });

  it('confirms sandboxes that sent a goodbye, and none that was killed without notice', async () => {
    const confirmed = new Map<string, Eviction>();
    const streams: Record<string, string[]> = { [IRELAND]: [], [OREGON]: [] };
    for (const region of [IRELAND, OREGON]) {
      const scope = `from=-1h&limit=500&region=${region}`;
      const { sandboxes } = await ask<{ sandboxes: Sandbox[] }>(`sandboxes?${scope}`);
      const { evictions } = await ask<{ evictions: Eviction[] }>(`evictions?${scope}`);
      for (const one of evictions.filter(({ state }) => state === 'confirmed')) {
        const { instance } = sandboxes.find(({ id }) => id === one.sandbox)!;
        confirmed.set(instance, one);
        streams[region]!.push(instance);
      }
    }
    const ended = events['evict']!.filter(({ region }) => region === IRELAND);
    const { evicted, replaced } = deployments[arnIn(IRELAND)]!;
    expect(ended.length).toBe(evicted + replaced);
    const expected = ended.map(({ sandbox }) => births.get(sandbox)!['logStream'] as string);
    expect(streams).toEqual({
      [IRELAND]: expect.arrayContaining(expected) as string[],
      [OREGON]: [],
    });
    expect(streams[IRELAND]!.length).toBe(expected.length);
    for (const { sandbox, timeUnixMillis } of ended) {
      const { after, before } = confirmed.get(births.get(sandbox)!['logStream'] as string)!;
      // It was asked to stop by then and says so; both ends are the moment of its goodbye.
      expect(after).toBe(before);
      expect(timeUnixMillis).toBeLessThanOrEqual(Date.parse(before) + CLOCK_MILLIS);
    }
  });
});
