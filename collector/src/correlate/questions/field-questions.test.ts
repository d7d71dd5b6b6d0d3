/** Questions about CPU, I/O, leaks, connections, clocks and chains against one shared real engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../statistics/index.ts';
import { invocationRow, shutdownRow, spanRow } from '../../store/test-rows.ts';
import { askAbout } from './test-question.ts';
import type { AskedApi } from './test-question.ts';

const T = Date.UTC(2026, 10, 23, 12);
const MB = 2 ** 20;
const RANGE = 'from=2026-11-23&to=2026-11-25';

let api: AskedApi;
interface Answer<Item> {
  readonly truncated: boolean;
  readonly functions: readonly Item[];
}
async function of<Item extends { function: string }>(question: string, name: string): Promise<Item> {
  const { functions } = await api.ask<Answer<Item>>(`${question}?${RANGE}&function=${name}`);
  return functions[0]!;
}

/** Eight sandboxes over four hours, half of them on the slower CPU; every third slot is throttled, and slow. */
function busy() {
  const random = seededRandom(21);
  const rows = [];
  for (let sandbox = 0; sandbox < 8; sandbox += 1) {
    for (let slot = 0; slot < 48; slot += 1) {
      const throttled = slot % 3 === 0 ? 40 : 0;
      const slower = sandbox % 2 === 0 ? 1.3 : 1;
      for (let call = 0; call < 2; call += 1) {
        const cpu = 50 * slower * Math.exp(0.02 * random.normal());
        rows.push(
          invocationRow({
            function: 'busy',
            sandbox: `busy${sandbox}`.padEnd(32, '0'),
            ordinal: 2 + slot * 2 + call,
            startMs: T + slot * 300_000 + call * 60_000 + sandbox * 100,
            durationMs: cpu + throttled,
            attributes: {
              'faas.max_memory': 512 * MB,
              'cloud.platform': 'aws_lambda',
              'host.arch': 'amd64',
              'host.cpu.model.name': sandbox % 2 === 0 ? 'EPYC' : 'Xeon',
              'sandscope.cpu.user_ms': cpu,
              'sandscope.cpu.system_ms': 0,
              'sandscope.cgroup.throttled_ms': throttled,
              'sandscope.machine.pressure.cpu_ratio': 0.1 + 0.01 * random.uniform(),
            },
          }),
        );
      }
    }
  }
  return rows;
}

/** On each of six hosts two functions: one computes, the other is slow while the first does. */
function neighbours() {
  const random = seededRandom(23);
  const rows = [];
  for (let host = 0; host < 6; host += 1) {
    for (let slot = 0; slot < 36; slot += 1) {
      const isBusy = (slot * 5 + host) % 3 === 0;
      for (const [name, durationMs] of [
        ['crowding', isBusy ? 200_000 : 10],
        ['crowded', 50 * (isBusy ? 1.5 : 1) * Math.exp(0.03 * random.normal())],
      ] as const)
        rows.push(
          invocationRow({
            function: name,
            sandbox: `${name}${host}`.padEnd(32, '0'),
            ordinal: 2 + slot,
            startMs: T + slot * 300_000 + host * 100,
            durationMs,
            hostId: `host ${host}`,
            attributes: { 'sandscope.cpu.user_ms': Math.min(durationMs, 50), 'sandscope.cpu.system_ms': 0 },
          }),
        );
    }
  }
  return rows;
}

/** Five sandboxes of sixty calls that leak two descriptors each, with constant memory. */
function leaky() {
  const random = seededRandom(22);
  return Array.from({ length: 300 }, (_, at) => {
    const call = Math.floor(at / 5);
    return invocationRow({
      function: 'leaky',
      sandbox: `leaky${at % 5}`.padEnd(32, '0'),
      ordinal: call + 1,
      startMs: T + at * 2_000,
      attributes: {
        'faas.max_memory': 128 * MB,
        'cloud.platform': 'aws_lambda',
        'sandscope.memory.rss_bytes': Math.round(60 * MB + MB * random.normal()),
        ...(call % 2 === 0 && { 'sandscope.process.descriptor_count': 30 + 2 * call + random.below(3) }),
      },
    });
  });
}

/** Three sandboxes with a pool of two or more; the first closes it again, the last says goodbye. */
function pooled() {
  const call = (sandbox: string, ordinal: number, startMs: number, peers: readonly string[]) =>
    invocationRow({
      function: 'pooled',
      sandbox: sandbox.repeat(32),
      ordinal,
      startMs,
      attributes: {
        'sandscope.process.connection_count': peers.length,
        ...(peers.length > 0 && { 'sandscope.process.peers': JSON.stringify(peers) }),
      },
    });
  return [
    call('a', 1, T, ['10.0.0.5:5432 2']),
    call('a', 2, T + 5_000, []),
    call('b', 1, T + 10_000, ['10.0.0.5:5432 3', '10.0.0.9:443 1']),
    call('c', 1, T + 10_005, ['10.0.0.5:5432 4']),
    shutdownRow({ function: 'pooled', sandbox: 'c'.repeat(32), atMs: T + 60_000, lastOrdinal: 1 }),
  ];
}

/**
 * Calls of a client whose clock is 250 ms behind; each takes 10 ms there and 5 back. Events through a queue as well.
 */
function called() {
  return Array.from({ length: 40 }, (_, at) => {
    const traceId = at.toString(16).padStart(32, 'c');
    const sentMs = T + at * 1_000;
    const client = spanRow({
      name: 'call called',
      kind: 'Client',
      startMs: sentMs,
      durationMs: 10 + 20 + 5,
      traceId,
      spanId: at.toString(16).padStart(16, 'd'),
      resource: { 'service.name': 'probe' },
      attributes: { 'http.request.body.size': 1_000 * (at % 10) },
    });
    const server = invocationRow({
      function: 'called',
      sandbox: 'ca'.repeat(16),
      ordinal: at + 2,
      startMs: sentMs + 10 + 250,
      durationMs: 20,
      attributes: {
        'sandscope.kernel.boot_id': 'kernel-1',
        'sandscope.trigger.delay_ms': 100 + at,
        'sandscope.trigger.delay_source': 'sqs.SentTimestamp',
        'sandscope.invocation.mode': 'poll',
      },
    });
    return [client, Object.assign(server, { TraceId: traceId, ParentSpanId: client.SpanId })];
  }).flat();
}

/** Thirty traces from `front` to `back`, which is cold in every third one. */
function chained() {
  return Array.from({ length: 30 }, (_, at) => {
    const traceId = at.toString(16).padStart(32, 'e');
    const startMs = T + at * 10_000;
    const cold = at % 3 === 0;
    const front = invocationRow({
      function: 'front',
      sandbox: 'fa'.repeat(16),
      ordinal: at + 2,
      startMs,
      durationMs: 400,
    });
    const back = invocationRow({
      function: 'back',
      sandbox: `b${at}`.padEnd(32, 'b'),
      ordinal: cold ? 1 : 2,
      startMs: startMs + (cold ? 310 : 10),
      durationMs: 50,
      attributes: { ...(cold && { 'sandscope.init.duration_ms': 300 }) },
    });
    const request = spanRow({ kind: 'Client', name: 'POST', startMs: startMs + 5, durationMs: 370, traceId });
    return [
      Object.assign(front, { TraceId: traceId }),
      Object.assign(request, { ParentSpanId: front.SpanId }),
      Object.assign(back, { TraceId: traceId, ParentSpanId: request.SpanId }),
    ];
  }).flat();
}

/** Seven sandboxes whose requests succeed after a second, and fail on reused sockets after five minutes. */
function outward() {
  return Array.from({ length: 120 }, (_, at) => {
    const long = at % 4 === 3;
    const server = invocationRow({
      function: 'outward',
      sandbox: `out${at % 7}`.padEnd(32, '0'),
      ordinal: Math.floor(at / 7) + 2,
      startMs: T + at * 60_000,
      durationMs: 50,
      attributes: {
        'sandscope.sandbox.idle_ms': long ? 400_000 : 1_500,
        'sandscope.io.http_count': 2,
        'sandscope.io.http_ms': 30,
        'sandscope.io.dns_count': 0,
        'sandscope.io.dns_ms': 0,
      },
    });
    const broke = long && at % 8 === 3;
    const request = spanRow({
      name: 'GET',
      kind: 'Client',
      startMs: T + at * 60_000 + 5,
      traceId: server.TraceId,
      resource: {
        'service.name': 'outward',
        'faas.name': 'outward',
        'faas.instance': server.ResourceAttributes['faas.instance'],
      },
      attributes: {
        'sandscope.io.socket_reused': true,
        ...(broke
          ? { 'error.type': 'ECONNRESET' }
          : { 'http.response.status_code': 200, 'sandscope.io.first_byte_ms': 15 }),
      },
    });
    const probe = spanRow({
      name: 'probe.disk',
      startMs: T + at * 60_000 + 60,
      traceId: server.TraceId,
      resource: { 'service.name': 'outward', 'faas.name': 'outward' },
      attributes: { 'sandscope.probe.disk.sync_ms': 4 + (at % 3), 'sandscope.probe.completed': true },
    });
    return [server, Object.assign(request, { ParentSpanId: server.SpanId }), probe];
  }).flat();
}

beforeAll(async () => {
  const sent = outward();
  api = await askAbout([
    ...sent,
    ...chained(),
    ...busy(),
    ...neighbours(),
    ...leaky(),
    ...pooled(),
    ...called(),
  ]);
  await api.insert(
    sent.filter(({ SpanName }) => SpanName === 'GET'),
    'sent-again',
  );
}, 60_000);
afterAll(() => api.close());

describe('cpu', () => {
  test('tells models and a verdict', async () => {
    interface Cpu {
      function: string;
      verdict: string;
      models: {
        model: string;
        sandboxes: number;
        found: boolean;
        time: { value: number };
        costRatio: number;
      }[];
      signals: { signal: string; n: number; found: boolean; mean: number }[];
      basis: { missing: string[] };
    }
    const { verdict, models, signals, basis } = await of<Cpu>('cpu', 'busy');
    expect(verdict).toBe('self-throttled');
    expect(models.map(({ model, sandboxes }) => [model, sandboxes])).toEqual([
      ['EPYC', 4],
      ['Xeon', 4],
    ]);
    expect(models[0]!.found).toBe(true);
    expect(models[0]!.time.value).toBeGreaterThan(1.15);
    expect(models[0]!.costRatio).toBeGreaterThan(1.1);
    expect(models[0]!.costRatio).toBeLessThan(models[0]!.time.value);
    expect(signals.map(({ signal, n, found }) => [signal, n, found])).toEqual([
      ['throttling', 384, true],
      ['pressure', 384, false],
    ]);
    expect(signals[1]!.mean).toBeCloseTo(0.105, 2);
    expect(basis.missing).toEqual(['known hosts, which neighbours depend on', 'steal']);
  });

  test('blames neighbours of another function, whichever function is asked about', async () => {
    interface Crowded {
      function: string;
      verdict: string;
      signals: { signal: string; mean: number }[];
    }
    const alone = await of<Crowded>('cpu', 'crowded');
    const { functions } = await api.ask<Answer<Crowded>>(`cpu?${RANGE}`);
    const beside = functions.find(({ function: name }) => name === 'crowded')!;
    for (const { verdict, signals } of [alone, beside]) {
      expect(verdict).toBe('own-neighbours');
      // A third of the slots has a neighbour for two thirds of the time.
      expect(signals.find(({ signal }) => signal === 'neighbours')!.mean).toBeCloseTo(2 / 9, 2);
    }
  });
});

describe('leaks', () => {
  test('tells what grows', async () => {
    interface Leaks {
      function: string;
      leaks: boolean;
      resources: {
        resource: string;
        leaks: boolean;
        perCall: { value: number; n: number };
        limitCall?: { value: number };
      }[];
      basis: { n: number };
    }
    const { leaks, resources, basis } = await of<Leaks>('leaks', 'leaky');
    expect({ leaks, n: basis.n }).toEqual({ leaks: true, n: 5 });
    expect(resources.map(({ resource, leaks: found }) => [resource, found])).toEqual([
      ['rss', false],
      ['descriptors', true],
    ]);
    expect(Math.abs(resources[1]!.perCall.value - 2)).toBeLessThan(0.05);
    expect(Math.abs(resources[1]!.limitCall!.value - 497)).toBeLessThan(15);
  });
});

describe('connections', () => {
  test('are counted by remote end over the sandboxes that are alive', async () => {
    const { endpoints } = await api.ask<{ endpoints: { peer: string }[] }>(
      'connections?from=2026-11-23&to=2026-11-23T12:00:50Z&function=pooled',
    );
    expect(endpoints).toMatchObject([
      {
        peer: '10.0.0.5:5432',
        functions: ['pooled'],
        sandboxes: 3,
        socketsP50: 3,
        socketsMax: 4,
        peak: { value: 7 },
        basis: { enough: true },
      },
      { peer: '10.0.0.9:443', sandboxes: 1, basis: { enough: false } },
    ]);
  });
});

describe('clocks', () => {
  test('are compared where both sides told a call', async () => {
    const { epochs } = await api.ask<{
      epochs: { offsetMs: { value: number; low: number; high: number } }[];
    }>(`clocks?${RANGE}&function=called`);
    expect(epochs).toMatchObject([
      { client: 'probe', kernel: 'kernel-1', functions: ['called'], n: 40, basis: { enough: true } },
    ]);
    expect(epochs[0]!.offsetMs.value).toBeCloseTo(252.5, 1);
    expect(epochs[0]!.offsetMs.low).toBeLessThan(250);
    expect(epochs[0]!.offsetMs.high).toBeGreaterThan(250);
  });
});

describe('overhead', () => {
  test('is told without clocks, waits with them, and delays by source', async () => {
    interface Overhead {
      function: string;
      warm: Record<'overheadMs' | 'waitMs', { value: number; low: number; high: number; n: number }>;
      payload: { msPerMb: { value: number } };
      triggers: object[];
    }
    const { warm, payload, triggers } = await of<Overhead>('overhead', 'called');
    expect(warm.overheadMs).toMatchObject({ n: 40 });
    expect(warm.overheadMs.value).toBeCloseTo(15, 6);
    expect(warm.waitMs.low).toBeLessThan(10);
    expect(warm.waitMs.high).toBeGreaterThan(10);
    expect(payload.msPerMb.value).toBeCloseTo(0, 6);
    expect(triggers).toMatchObject([
      { source: 'sqs.SentTimestamp', mode: 'poll', n: 40, p50Ms: { value: 119 }, p95Ms: { value: 137 } },
    ]);
  });
});

describe('chains', () => {
  test('are told with the cold starts on their path', async () => {
    interface Chains {
      chains: {
        root: string;
        coldStarts: { value: number };
        coldShare: { value: number };
        prewarmSavesMs: { value: number };
      }[];
    }
    const { chains } = await api.ask<Chains>(`chains?${RANGE}&function=back`);
    expect(chains).toMatchObject([
      {
        root: 'front',
        traces: 30,
        depth: 2,
        withColdStart: { n: 30 },
        successors: [{ function: 'back', cold: 10 }],
      },
    ]);
    expect(chains[0]!.coldStarts.value).toBeCloseTo(1 / 3, 9);
    expect(chains[0]!.coldShare.value).toBeCloseTo(0.25, 6);
    expect(chains[0]!.prewarmSavesMs.value).toBeCloseTo(100, 6);
  });
});

describe('io', () => {
  test('is told by kind, socket and idle time, with probes; a request sent twice counts once', async () => {
    interface Io {
      function: string;
      kinds: object[];
      sockets: object[];
      gaps: { fromMs: number; n: number; broken: { value: number } }[];
      freeze: string;
      probes: object[];
    }
    const { kinds, sockets, gaps, freeze, probes } = await of<Io>('io', 'outward');
    expect(kinds).toMatchObject([
      { kind: 'dns', operations: 0 },
      { kind: 'http', operations: 240, perCall: 2, meanMs: { value: 15 } },
    ]);
    expect(sockets).toMatchObject([{ reused: true, n: 120, firstByteMs: { value: 15 } }]);
    expect(gaps.map(({ fromMs, n, broken }) => [fromMs, n, broken.value])).toEqual([
      [1_000, 90, 0],
      [300_000, 30, 0.5],
    ]);
    expect(freeze).toBe('breaks');
    expect(probes).toMatchObject([{ figure: 'disk.sync_ms', memoryMb: 0, p50: { value: 5, n: 120 } }]);
  });
});
