import * as semconv from '@sandscope/probes/semconv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TraceRow } from '../../store/index.ts';
import { invocationRow, spanRow } from '../../store/test-rows.ts';
import { byText } from '../evidence/slot-evidence.ts';
import { askAbout } from './test-question.ts';
import type { AskedApi } from './test-question.ts';

// Spans as other senders and other platforms make them: what they do not tell must not become a fact.

const DAY = Date.UTC(2026, 10, 16);
const RANGE = 'from=2026-11-16&to=2026-11-17';
const MINUTE = 60_000;
const MB = 2 ** 20;

type Attributes = Readonly<Record<string, string | number | boolean>>;

interface Call {
  readonly sandbox: string;
  readonly ordinal: number;
  readonly minutes: number;
  readonly durationMs?: number;
  readonly attributes?: Attributes;
}
const call = (
  name: string,
  { sandbox, ordinal, minutes, durationMs = 20, attributes = {} }: Call,
): TraceRow =>
  invocationRow({
    function: name,
    sandbox,
    ordinal,
    startMs: DAY + minutes * MINUTE,
    durationMs,
    attributes: { 'cloud.platform': 'aws_lambda', 'cloud.region': 'eu-west-1', ...attributes },
  });

/** Twenty sandboxes of a version in an account, four calls each. */
function deployed(
  name: string,
  account: string,
  version: string,
  fromMinutes: number,
  more: Attributes = {},
) {
  return Array.from({ length: 20 }, (_, index) =>
    [1, 2, 3, 4].map((ordinal) =>
      call(name, {
        sandbox: `${account}${version}${index}`.padStart(32, '0'),
        ordinal,
        minutes: fromMinutes + index + ordinal / 10,
        durationMs: (account === '222' ? 200 : 20) + (index % 5),
        attributes: {
          'cloud.account.id': account,
          ...(version !== '' && { 'faas.version': version }),
          ...more,
        },
      }),
    ),
  ).flat();
}

/** A trace from `front` to `back`, whose host's clock is set differently. */
function chained(trace: number, account: string, offsetMs: number): TraceRow[] {
  const startMs = DAY + 600 * MINUTE + trace * 1000;
  const traceId = `${trace}`.padStart(32, '0');
  const [front, back] = [`a${trace}`.padStart(16, '0'), `b${trace}`.padStart(16, '0')];
  const link = (name: string, spanId: string, ParentSpanId: string, at: number, durationMs: number) => ({
    ...spanRow({
      kind: 'Server',
      name,
      startMs: startMs + at,
      durationMs,
      traceId,
      spanId,
      resource: { 'service.name': name, 'faas.name': name, 'cloud.account.id': account },
      attributes: { 'faas.coldstart': false, 'faas.instance': `${name} ${account}` },
    }),
    ParentSpanId,
  });
  return [link('front', front, '', 0, 100), link('back', back, front, 20 + offsetMs, 50)];
}

/** A client's call of a function that tells neither its kernel nor its sandbox. */
function unnamed(at: number, offsetMs: number): TraceRow[] {
  const client = spanRow({
    kind: 'Client',
    name: 'call',
    startMs: DAY + 700 * MINUTE + at * 1000,
    durationMs: 100,
    resource: { 'service.name': 'caller' },
    attributes: { at },
  });
  const server = spanRow({
    kind: 'Server',
    name: 'unnamed',
    startMs: DAY + 700 * MINUTE + at * 1000 + 40 + offsetMs,
    durationMs: 20,
    resource: { 'service.name': 'unnamed', 'faas.name': 'unnamed' },
    attributes: { 'faas.coldstart': false, at },
  });
  return [client, { ...server, TraceId: client.TraceId, ParentSpanId: client.SpanId }];
}

/** Calls of a run, of which some have times that cannot be. */
function probed(at: number, isPossible: boolean): TraceRow {
  const row = spanRow({
    kind: 'Client',
    name: 'call probed',
    startMs: DAY + 750 * MINUTE + at * 1000,
    durationMs: isPossible ? 100 + at : 0,
    resource: { 'service.name': 'sandscope-probe-backoff' },
    attributes: { [semconv.ATTR_PROBE_RUN_ID]: 'run', [semconv.ATTR_PROBE_EXPERIMENT]: 'backoff' },
  });
  return { ...row, ImplausibleTimes: isPossible ? 0 : 1 };
}

/** A client's call of a function; whether it started cold is told or not, and its times may be impossible. */
function joined(at: number, told: Attributes, isPossible = true): TraceRow[] {
  const [client, server] = unnamed(at, 0) as [TraceRow, TraceRow];
  const resource = { 'service.name': 'joined', 'faas.name': 'joined', 'faas.instance': 'one' };
  return [
    { ...client, SpanId: `e${at}`.padStart(16, '0'), ImplausibleTimes: isPossible ? 0 : 1 },
    {
      ...server,
      SpanId: `f${at}`.padStart(16, '0'),
      ParentSpanId: `e${at}`.padStart(16, '0'),
      ServiceName: 'joined',
      ResourceAttributes: resource,
      SpanAttributes: Object.fromEntries(Object.entries(told).map(([key, value]) => [key, String(value)])),
    },
  ];
}

/** Clones of one snapshot that hold as many descriptors as their instance was made with. */
function clone(name: string, instance: number, ordinal: number): TraceRow {
  const row = call(name, {
    sandbox: 'c'.repeat(32),
    ordinal,
    minutes: 800 + ordinal + instance / 10,
    attributes: {
      [semconv.ATTR_PROCESS_DESCRIPTOR_COUNT]: 20 + 100 * instance + (ordinal % 3),
      'sandscope.process.start_ticks': 7,
    },
  });
  return { ...row, ResourceAttributes: { ...row.ResourceAttributes, 'faas.instance': `clone ${instance}` } };
}

/** A sandbox that holds two sockets to a remote end. */
function connected(account: string, peer: string): TraceRow {
  return call('pooled', {
    sandbox: `${account}${peer.length}`.padStart(32, '0'),
    ordinal: 1,
    minutes: 900,
    attributes: {
      'cloud.account.id': account,
      [semconv.ATTR_PROCESS_CONNECTION_COUNT]: 2,
      [semconv.ATTR_PROCESS_PEERS]: JSON.stringify([`${peer} 2`]),
    },
  });
}

let api: AskedApi;
beforeAll(async () => {
  const memory = { 'faas.max_memory': 512 * MB };
  const rows = [
    ...deployed('twice', '111', '1', 0, memory),
    ...deployed('twice', '222', '7', 30, memory),
    ...deployed('twice', '111', '2', 60, memory),
    // Some calls of a version do not tell the memory size, or not the version.
    ...deployed('silent', '111', '1', 0, memory).map((row, index) =>
      index % 8 < 4
        ? row
        : Object.assign({}, row, { SpanAttributes: without(row.SpanAttributes, 'faas.max_memory') }),
    ),
    ...deployed('silent', '111', '', 30, memory),
    ...Array.from({ length: 30 }, (_, trace) => chained(trace, trace % 2 === 0 ? '111' : '222', 0)).flat(),
    ...Array.from({ length: 20 }, (_, trace) => chained(100 + trace, '333', -5_000)).flat(),
    ...Array.from({ length: 30 }, (_, at) => unnamed(at, at % 2 === 0 ? 0 : 4_000)).flat(),
    ...Array.from({ length: 20 }, (_, at) => probed(at, at < 12)),
    ...Array.from({ length: 40 }, (_, at) =>
      joined(100 + at, at < 25 ? { 'faas.coldstart': false } : {}, at < 35),
    ).flat(),
    ...[0, 1, 2].flatMap((instance) =>
      Array.from({ length: 60 }, (_, at) => clone('clones', instance, at + 1)),
    ),
    ...['111', '222'].flatMap((account) =>
      ['10.0.0.5:5432', '203.0.113.9:5432', '127.0.0.1:8125'].map((peer) => connected(account, peer)),
    ),
  ];
  // Each span arrives twice, the second time later.
  api = await askAbout([...rows, ...rows]);
}, 60_000);
afterAll(() => api.close());

function without(attributes: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== name));
}

describe('what a deploy changed', () => {
  interface Side {
    readonly version: string;
    readonly memoryMb?: number;
    readonly invocations: number;
    readonly sandboxes: number;
  }
  interface Deploy {
    readonly deployment: { readonly accountId?: string };
    readonly before: Side;
    readonly after: Side;
    readonly verdict: string;
  }

  test('is asked in each account by itself', async () => {
    const { deploys } = await api.ask<{ deploys: Deploy[] }>(`versions?${RANGE}&function=twice`);
    expect(deploys).toMatchObject([
      {
        deployment: { accountId: '111', region: 'eu-west-1' },
        before: { version: '1', invocations: 80, sandboxes: 20 },
        after: { version: '2', invocations: 80, sandboxes: 20 },
      },
    ]);
    expect(deploys[0]!.verdict).not.toBe('worse');
  });

  test('is nothing where calls merely do not tell their memory or version', async () => {
    expect(await api.ask<object>(`versions?${RANGE}&function=silent`)).toMatchObject({ deploys: [] });
  });
});

describe('chains', () => {
  interface Chain {
    readonly root: string;
    readonly deployment: { readonly accountId?: string };
    readonly traces: number;
    readonly pathMs: { readonly value?: number };
    readonly basis: { readonly missing: readonly string[] };
  }
  const ask = async (query = ''): Promise<Chain[]> =>
    (await api.ask<{ chains: Chain[] }>(`chains?${RANGE}${query}`)).chains;

  test('of two accounts are two, and can be asked about one by one', async () => {
    const of = (chains: readonly Chain[]): string[] =>
      chains
        .filter(({ traces }) => traces > 0)
        .map(({ root, deployment, traces }) => `${root} ${deployment.accountId} ${traces}`)
        .toSorted(byText);
    expect(of(await ask())).toEqual(['front 111 15', 'front 222 15']);
    expect(of(await ask('&account=222'))).toEqual(['front 222 15']);
    expect(of(await ask('&function=back&account=111'))).toEqual(['front 111 15']);
  });

  test('begin where the parent spans say, and clocks that contradict them give no times', async () => {
    const [skewed] = await ask('&account=333');
    expect(skewed).toMatchObject({ root: 'front', traces: 0, pathMs: { n: 0 }, basis: { enough: false } });
    expect(skewed!.pathMs.value).toBeUndefined();
    expect(skewed!.basis.missing.join()).toMatch(/20 traces in which a call begins before its caller/);
  });
});

describe('clocks', () => {
  test('that nothing tells apart are not compared', async () => {
    const { epochs } = await api.ask<{ epochs: { functions: string[] }[] }>(`clocks?${RANGE}`);
    expect(epochs.filter(({ functions }) => functions.includes('unnamed'))).toEqual([]);
    const { functions } = await api.ask<{ functions: Record<string, object>[] }>(
      `overhead?${RANGE}&function=unnamed`,
    );
    // What clocks do not matter for remains.
    expect(functions).toMatchObject([{ warm: { n: 30, overheadMs: { value: 80 }, waitMs: { n: 0 } } }]);
  });
});

describe('times that cannot be', () => {
  test('are in no time of a run, and counted', async () => {
    const { runs } = await api.ask<{ runs: { basis: { missing: string[] } }[] }>(`experiments?${RANGE}`);
    expect(runs).toMatchObject([{ calls: 20, failed: { value: 0 }, all: { p50Ms: { n: 12 } } }]);
    expect(runs[0]!.basis.missing.join()).toMatch(/the times of 8 calls, which are impossible/);
  });

  test('of a client are compared with nothing, and calls that do not tell how they started are counted', async () => {
    const { functions } = await api.ask<{ functions: { basis: { n: number; missing: string[] } }[] }>(
      `overhead?${RANGE}&function=joined`,
    );
    expect(functions).toMatchObject([{ warm: { n: 25 }, cold: { n: 0 }, basis: { n: 35 } }]);
    expect(functions[0]!.basis.missing.join()).toMatch(/how 10 of these calls started/);
  });
});

describe('leaks', () => {
  test('are looked for in each clone of a snapshot by itself', async () => {
    const { functions } = await api.ask<{
      functions: { basis: { n: number }; resources: { resource: string; perCall: { value: number } }[] }[];
    }>(`leaks?${RANGE}&function=clones`);
    expect(functions).toMatchObject([{ leaks: false, basis: { n: 3 } }]);
    const descriptors = functions[0]!.resources.find(({ resource }) => resource === 'descriptors')!;
    expect(descriptors.perCall).toMatchObject({ n: 3 });
    expect(Math.abs(descriptors.perCall.value)).toBeLessThan(0.05);
  });
});

describe('connections', () => {
  test('to an address of a private network are to another machine in each account', async () => {
    const { endpoints } = await api.ask<{
      endpoints: { peer: string; accountId?: string; peak: object; basis: { missing: string[] } }[];
    }>(`connections?${RANGE}`);
    const peaks = endpoints.map(({ peer, accountId, peak }) => [peer, accountId, peak]);
    const two = expect.objectContaining({ high: 2 }) as object;
    expect(peaks).toHaveLength(5);
    for (const account of ['111', '222'])
      for (const peer of ['10.0.0.5:5432', '127.0.0.1:8125'])
        expect(peaks).toContainEqual([peer, account, two]);
    expect(peaks).toContainEqual(['203.0.113.9:5432', undefined, expect.objectContaining({ high: 4 })]);
    const local = endpoints.find(({ peer }) => peer.startsWith('127.'))!;
    expect(local.basis.missing.join()).toMatch(/a server of its own/);
  });
});
