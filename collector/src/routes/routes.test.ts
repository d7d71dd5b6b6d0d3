import { STATUS_CODES } from 'node:http';
import * as semconv from '@sandscope/probes/semconv';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow, shutdownRow, spanRow } from '../store/test-rows.ts';
import type { Store, TraceRow } from '../store/index.ts';
import { QUESTIONS } from '../correlate/questions/index.ts';
import { queryApi } from './index.ts';

const status: CollectorStatus = {
  ready: true,
  engine: { state: 'ready', restarts: 0 },
  inbox: { pendingRequests: 0, pendingBytes: 0, acceptedRequests: 1, acceptedSpans: 2, refusedRequests: 0 },
  querier: { state: 'ready', restarts: 0, running: 0, waiting: 0, refused: 0 },
  store: { insertedSpans: 2, retries: 0, parkedRequests: 0 },
  forwarders: [],
};

let test: TestEngine;
let app: FastifyInstance;
/** Any JSON: the tests check its content. */
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

const away = Fastify();
let shared: Store | undefined;

const START = Date.now() - 1_800_000;
const at = (seconds: number): number => START + seconds * 1000;
const A1 = 'a1'.repeat(16);
const A2 = 'a2'.repeat(16);
const B1 = 'b1'.repeat(16);
const LAMBDA = 'c1'.repeat(16);
const NEIGHBOUR = '5c'.repeat(16);

/**
 * `alpha` has two sandboxes on host X and one on host Y: a1 x x x lost x, told to stop; a2 used twice; b1 never passed
 * over. `lambda` runs on a private kernel.
 */
function scenario(): TraceRow[] {
  const alpha = (sandbox: string, bootId: string, ordinal: number, seconds: number, more: object = {}) =>
    invocationRow({ function: 'alpha', sandbox, bootId, ordinal, startMs: at(seconds), ...more });
  return [
    alpha(A1, 'boot-x', 1, 0, { attributes: { [semconv.ATTR_INIT_DURATION_MS]: 150.5 } }),
    alpha(A1, 'boot-x', 2, 10),
    // First calls take 30 ms longer than later ones.
    alpha(A2, 'boot-x', 1, 20, { durationMs: 40, attributes: { [semconv.ATTR_INIT_DURATION_MS]: 80 } }),
    alpha(B1, 'boot-y', 1, 30, {
      durationMs: 40,
      status: 'Error',
      attributes: { [semconv.ATTR_ERROR_TYPE]: 'TypeError' },
    }),
    alpha(A1, 'boot-x', 4, 40),
    alpha(A2, 'boot-x', 2, 50),
    alpha(B1, 'boot-y', 2, 60),
    shutdownRow({ function: 'alpha', sandbox: A1, atMs: at(100), lastOrdinal: 4 }),
    ...[1, 2].map((ordinal) =>
      invocationRow({
        function: 'neighbour',
        sandbox: NEIGHBOUR,
        bootId: 'boot-y',
        ordinal,
        startMs: at(31 + ordinal * 5),
      }),
    ),
    ...[1, 2].map((ordinal) =>
      invocationRow({
        function: 'lambda',
        sandbox: LAMBDA,
        bootId: 'boot-private',
        ordinal,
        startMs: at(ordinal * 7),
        attributes: {
          [semconv.ATTR_KERNEL_ISOLATION]: 'microvm',
          [semconv.ATTR_MEMORY_RSS_BYTES]: 2n ** 63n + 1n,
        },
      }),
    ),
  ];
}

beforeAll(async () => {
  test = await startTestEngine();
  shared = test.store;
  const rows = scenario();
  await test.writer.insert(rows, 'scenario-1');
  await test.writer.insert(rows.slice(3), 'scenario-2');
  app = Fastify();
  await app.register(queryApi, { store: () => shared, status: () => Promise.resolve(status) });
  await away.register(queryApi, { store: () => undefined, status: () => Promise.resolve(status) });
});
afterAll(async () => {
  await Promise.all([app.close(), away.close()]);
  await test.close();
});

async function get(url: string, of: FastifyInstance = app): Promise<{ statusCode: number; body: Json }> {
  const response = await of.inject(url);
  return { statusCode: response.statusCode, body: response.json() };
}

async function ok(url: string): Promise<Json> {
  const { statusCode, body } = await get(url);
  expect(body).not.toHaveProperty('code');
  expect(statusCode).toBe(200);
  return body;
}

describe('answers', () => {
  it('summarise each function and the total', async () => {
    const { functions, total, truncated, from, to } = await ok('/api/v1/functions');
    expect(truncated).toBe(false);
    expect(Date.parse(to) - Date.parse(from)).toBe(3_600_000);
    expect(functions).toMatchObject([
      {
        function: 'alpha',
        invocations: 7,
        cold: 3,
        coldRate: { value: 3 / 7, n: 7 },
        sandboxes: 3,
        // Two have been idle for half an hour, and one was told to stop after a minute.
        alive: 1,
        evicted: 1,
        hosts: 2,
        hostConfidence: 'kernel',
        hops: 3,
        lostSpans: 1,
        errors: 1,
        durationMs: { p50: 10, p95: 40, p99: 40, n: 7 },
        coldDurationMs: { n: 3 },
        coldStart: {
          initMs: { p50: 150.5, p95: 150.5, n: 2 },
          // The call that failed did not do its work. Of two, the median is the lower one, in every estimate.
          firstCallPenaltyMs: 0,
          costMs: 80,
        },
        warmDurationMs: { n: 4 },
        lastSeen: new Date(at(60)).toISOString().replace('Z', '000000Z'),
      },
      {
        function: 'lambda',
        invocations: 2,
        cold: 1,
        sandboxes: 1,
        evicted: 0,
        hostConfidence: 'none',
        lostSpans: 0,
      },
      { function: 'neighbour', invocations: 2, cold: 1, sandboxes: 1, hosts: 1, hops: 0 },
    ]);
    expect(functions[1]).not.toHaveProperty('hosts');
    expect(functions[1]).not.toHaveProperty('hops');
    expect(total).toMatchObject({
      invocations: 11,
      cold: 5,
      sandboxes: 5,
      alive: functions.reduce((sum: number, { alive }: Json) => sum + alive, 0),
      evicted: 1,
      hosts: 2,
      hops: 3,
    });
  });

  it('summarise one function', async () => {
    const body = await ok('/api/v1/functions/alpha?from=-1h');
    expect(body).toMatchObject({
      function: 'alpha',
      invocations: 7,
      reuseRatio: { value: 4 / 7, n: 7 },
      concurrency: { model: 'unknown' },
      pickOrder: { order: 'unknown' },
    });
    expect(await ok('/api/v1/functions?function=lambda')).toMatchObject({
      functions: [{ function: 'lambda' }],
    });
  });

  it('list invocations newest first, each once, page by page', async () => {
    const seen: Json[] = [];
    let url = '/api/v1/invocations?limit=2';
    for (;;) {
      const page = await ok(url);
      seen.push(...page.invocations);
      if (!page.truncated) break;
      url = `/api/v1/invocations?limit=2&cursor=${page.nextCursor}`;
    }
    expect(seen).toHaveLength(11);
    expect(new Set(seen.map(({ spanId }) => spanId)).size).toBe(11);
    const starts = seen.map(({ startUnixNano }) => BigInt(startUnixNano));
    expect(starts).toEqual([...starts].sort((a, b) => (a < b ? 1 : -1)));
    expect(seen.at(-1)).toMatchObject({
      function: 'alpha',
      sandboxId: A1,
      ordinal: 1,
      cold: true,
      initDurationMs: 150.5,
      startUnixNano: `${at(0)}000000`,
      durationMs: 10,
    });
    expect(seen.at(-1)).not.toHaveProperty('memoryRssBytes');
  });

  it.each([
    ['sandboxes', ({ id }: Json) => id],
    ['evictions', ({ sandbox }: Json) => sandbox],
  ] as const)('list %s page by page, as they do at once', async (list, idOf) => {
    const whole = (await ok(`/api/v1/${list}`))[list].map(idOf);
    expect(whole.length).toBeGreaterThan(0);
    const paged: string[] = [];
    for (let url: string | undefined = `/api/v1/${list}?limit=1`; url !== undefined;) {
      const page: Json = await ok(url);
      paged.push(...page[list].map(idOf));
      expect(page.truncated).toBe(page.nextCursor !== undefined);
      url = page.nextCursor && `/api/v1/${list}?limit=1&cursor=${page.nextCursor}`;
    }
    expect(paged).toEqual(whole);
  });

  it('find sandboxes and hosts by the beginning of their id, if no other begins so', async () => {
    expect((await ok(`/api/v1/sandboxes/${A1.slice(0, 3)}`)).id).toBe(A1);
    expect(await get('/api/v1/sandboxes/a')).toMatchObject({
      statusCode: 409,
      body: { code: 'ERR_AMBIGUOUS_ID', details: { ids: [A1, A2] } },
    });
    expect((await ok('/api/v1/hosts/boot-x')).id).toBe('boot-x');
    expect(await get('/api/v1/hosts/boot-')).toMatchObject({
      statusCode: 409,
      body: { code: 'ERR_AMBIGUOUS_ID', details: { ids: ['boot-x', 'boot-y'] } },
    });
  });

  it('filter invocations and keep every digit', async () => {
    const { invocations } = await ok(`/api/v1/invocations?function=alpha&sandbox=${A1}&cold=false`);
    expect(invocations.map(({ ordinal }: Json) => ordinal)).toEqual([4, 2]);
    const { body } = await app.inject('/api/v1/invocations?function=lambda&limit=1');
    expect(body).toContain('"memoryRssBytes":9223372036854775809');
  });

  it('tell what became of sandboxes', async () => {
    const { sandboxes } = await ok('/api/v1/sandboxes?function=alpha');
    expect(sandboxes.map(({ id, state }: Json) => [id, state])).toEqual([
      [B1, 'idle'],
      [A2, 'idle'],
      [A1, 'confirmed'],
    ]);
    const one = await ok(`/api/v1/sandboxes/${A1}`);
    expect(one).toMatchObject({
      id: A1,
      function: 'alpha',
      instance: `log/${A1}`,
      bootId: 'boot-x',
      host: { id: 'boot-x', confidence: 'kernel' },
      invocations: 3,
      lost: 1,
      restarts: 0,
      state: 'confirmed',
      evictedProbability: 1,
      reason: 'sigterm',
      ground: 'goodbye',
      evicted: { after: new Date(at(100)).toISOString(), before: new Date(at(100)).toISOString() },
      idleMs: 59_990,
      lifeline: [{ ordinal: 1, cold: true, durationMs: 10 }, { ordinal: 2 }, { ordinal: 4 }],
    });
    expect((await ok('/api/v1/sandboxes?state=confirmed')).sandboxes).toHaveLength(1);
  });

  it('name hosts with their evidence and count what is not known', async () => {
    const { hosts, unknown } = await ok('/api/v1/hosts');
    expect(hosts).toMatchObject([
      { id: 'boot-x', confidence: 'kernel', functions: ['alpha'], sandboxes: 2, alive: 1, invocations: 5 },
      {
        id: 'boot-y',
        confidence: 'kernel',
        functions: ['alpha', 'neighbour'],
        sandboxes: 2,
        alive: 2,
        invocations: 4,
      },
    ]);
    expect(hosts[0].evidence).toEqual(['2 sandboxes alive at once with this boot id']);
    expect(unknown).toEqual({ sandboxes: 1, invocations: 2 });
  });

  it('count hops against the null', async () => {
    const { functions } = await ok('/api/v1/hops');
    expect(functions).toMatchObject([
      {
        function: 'alpha',
        knownRatio: 1,
        pairs: 6,
        hops: 3,
        sandboxHops: 2,
        rate: { value: 0.5, n: 6 },
        sequence: [{ invocations: 3 }, { invocations: 1 }, { invocations: 2 }, { invocations: 1 }],
      },
      { function: 'lambda', hostConfidence: 'none', knownRatio: 0, pairs: 0, hops: 0, sequence: [] },
      { function: 'neighbour', pairs: 1, hops: 0, sequence: [{ invocations: 2 }] },
    ]);
    // Six pairs are too few to tell what to expect of them.
    expect(functions[0]).not.toHaveProperty('independentRate');
  });

  it('list evictions', async () => {
    const { evictions } = await ok('/api/v1/evictions');
    expect(evictions).toMatchObject([
      {
        sandbox: A1,
        function: 'alpha',
        host: 'boot-x',
        state: 'confirmed',
        cause: 'idle',
        reason: 'sigterm',
      },
    ]);
    expect(evictions[0].idleMs).toEqual({ low: 59_990, high: 59_990 });
    expect((await ok('/api/v1/evictions?state=evicted')).evictions).toEqual([]);
  });

  it('summarise reuse', async () => {
    const { functions } = await ok('/api/v1/reuse?function=alpha');
    expect(functions).toMatchObject([
      {
        function: 'alpha',
        sandboxes: 3,
        ratio: { value: 4 / 7, n: 7 },
        invocationsPerSandbox: { n: 3, max: 3 },
      },
    ]);
  });

  it('draw a timeline', async () => {
    const from = new Date(at(0)).toISOString();
    const to = new Date(at(120)).toISOString();
    const { buckets, bucketMs } = await ok(`/api/v1/timeline?function=alpha&from=${from}&to=${to}&buckets=4`);
    expect(bucketMs).toBe(30_000);
    for (const [wanted, width] of [
      [5, 30_000],
      [7, 20_000],
      [60, 2000],
      [1, 120_000],
    ])
      expect(
        (await ok(`/api/v1/timeline?function=alpha&from=${from}&to=${to}&buckets=${wanted}`)).bucketMs,
      ).toBe(width);
    expect(
      buckets.map(({ cold, warm, errors, sandboxesAlive }: Json) => [cold, warm, errors, sandboxesAlive]),
    ).toEqual([
      [2, 1, 0, 2],
      [1, 2, 1, 3],
      [0, 1, 0, 3],
      [0, 0, 0, 3],
    ]);
  });

  it('cuts a long range to the days of which something is stored, and tells it', async () => {
    const { from, to, functions } = await ok(
      '/api/v1/functions?from=1970-01-01T00:00:00Z&to=2199-12-31T00:00:00Z',
    );
    expect(functions.length).toBeGreaterThan(0);
    expect(Date.parse(from)).toBeGreaterThan(START - 2 * 86_400_000);
    expect(Date.parse(to)).toBeLessThan(Date.now() + 2 * 86_400_000);
  });

  it('are empty where nothing happened', async () => {
    const past = 'from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z';
    expect(await ok(`/api/v1/functions?${past}`)).toMatchObject({ functions: [], total: { invocations: 0 } });
    for (const name of ['sandboxes', 'hosts', 'evictions', 'invocations']) {
      expect((await ok(`/api/v1/${name}?${past}`))[name]).toEqual([]);
    }
    expect((await ok(`/api/v1/hops?function=alpha&${past}`)).functions).toEqual([]);
    const { buckets, bucketMs } = await ok(`/api/v1/timeline?${past}`);
    expect([buckets.length, bucketMs]).toEqual([48, 1_800_000]);
  });

  it('show one host with what ran on it', async () => {
    const host = await ok('/api/v1/hosts/boot-x');
    expect(host).toMatchObject({
      id: 'boot-x',
      confidence: 'kernel',
      sandboxes: 2,
      mostAtOnce: 2,
      truncated: false,
    });
    expect(host.lifelines).toMatchObject([
      { sandbox: A2, function: 'alpha', invocations: 2, state: 'idle' },
      { sandbox: A1, function: 'alpha', invocations: 3, state: 'confirmed' },
    ]);
    expect(await get('/api/v1/hosts/nowhere')).toMatchObject({
      statusCode: 404,
      body: { code: 'ERR_HOST_NOT_FOUND' },
    });
  });

  it('narrow down to a version and a region', async () => {
    const none = await ok('/api/v1/functions?version=9');
    expect(none.functions).toEqual([]);
    expect((await ok('/api/v1/invocations?region=nowhere')).invocations).toEqual([]);
  });

  it('write lists as CSV and as lines of JSON', async () => {
    const csv = await app.inject('/api/v1/sandboxes?format=csv&limit=2');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['x-sandscope-truncated']).toBe('true');
    const [head, ...rows] = csv.body.trimEnd().split('\r\n');
    expect(head).toMatch(/^id,function,instance,bootId,version,host\.id,host\.confidence,/);
    expect(rows).toHaveLength(2);
    const lines = await app.inject('/api/v1/invocations?format=ndjson&function=lambda&limit=1');
    expect(lines.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(lines.headers['x-sandscope-next-cursor']).toBeDefined();
    expect(lines.body).toContain('"memoryRssBytes":9223372036854775809');
    for (const name of ['functions', 'hosts', 'hops', 'reuse', 'evictions', 'timeline']) {
      const { statusCode, body } = await app.inject(`/api/v1/${name}?format=csv`);
      expect([name, statusCode, body.split('\r\n').length > 1]).toEqual([name, 200, true]);
    }
  });

  it('write no text into CSV that a spreadsheet would run', async () => {
    const early = at(-6 * 3600);
    await test.writer.insert(
      [invocationRow({ function: '=cmd|calc,"x"', sandbox: '@evil', ordinal: 1, startMs: early })],
      'evil-1',
    );
    const range = `from=${new Date(early - 1000).toISOString()}&to=${new Date(early + 1000).toISOString()}`;
    const { body } = await app.inject(`/api/v1/sandboxes?format=csv&${range}`);
    expect(body.split('\r\n')[1]).toMatch(/^'@evil,"'=cmd\|calc,""x""",/);
  });

  it('cut lists at their limit and say so', async () => {
    for (const name of ['functions', 'invocations', 'sandboxes', 'hosts']) {
      const body = await ok(`/api/v1/${name}?limit=1`);
      expect([name, body[name].length, body.truncated]).toEqual([name, 1, true]);
    }
  });
});

describe('traces', () => {
  it('come back as they were sent', async () => {
    const traceId = 'abcdef0123456789'.repeat(2);
    const row: TraceRow = {
      ...spanRow({
        name: 'typed',
        kind: 'Client',
        startMs: at(0),
        durationMs: 1.5,
        traceId,
        status: 'Error',
      }),
      Timestamp: '1700000000.123456789',
      TraceState: 'v=1',
      ParentSpanId: '00000000000000ab',
      StatusMessage: 'no',
      ResourceAttributes: { 'service.name': 's', 'process.pid': '7' },
      ResourceAttributeTypes: { 'process.pid': 'int' },
      SpanAttributes: {
        text: '1',
        bool: 'true',
        int: '9223372036854775807',
        double: '0.1',
        nan: 'NaN',
        bytes: 'AAE=',
        empty: '',
        strings: '["a,b","c"]',
        ints: '[9223372036854775807,-1]',
        doubles: '[1.5,"NaN"]',
        bools: '[true,false]',
        none: '[]',
        mixed: '{"values":[{"intValue":"1"},{"stringValue":"x"}]}',
        list: '{"values":[{"key":"k","value":{"boolValue":true}}]}',
        ['__proto__']: 'safe',
      },
      SpanAttributeTypes: {
        bool: 'bool',
        int: 'int',
        double: 'double',
        nan: 'double',
        bytes: 'bytes',
        empty: 'empty',
        strings: 'string[]',
        ints: 'int[]',
        doubles: 'double[]',
        bools: 'bool[]',
        none: 'string[]',
        mixed: 'array',
        list: 'kvlist',
      },
      'Events.Timestamp': ['1700000000.123456790'],
      'Events.Name': ['event'],
      'Events.Attributes': [{ n: '5' }],
      EventAttributeTypes: [{ n: 'int' }],
      'Links.TraceId': ['1'.repeat(32)],
      'Links.SpanId': ['2'.repeat(16)],
      'Links.TraceState': [''],
      'Links.Attributes': [{ l: 'x' }],
      LinkAttributeTypes: [{}],
      ScopeAttributes: { scoped: 'yes' },
      Flags: 257,
      DroppedEventsCount: 3,
    };
    await test.writer.insert([row], 'trace-1');
    await test.writer.insert([row], 'trace-2');
    const { resourceSpans } = await ok(`/api/v1/traces/${traceId.toUpperCase()}`);
    expect(resourceSpans).toHaveLength(1);
    expect(resourceSpans[0].resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 's' } },
      { key: 'process.pid', value: { intValue: '7' } },
    ]);
    const [{ scope, spans }] = resourceSpans[0].scopeSpans;
    expect(scope).toMatchObject({ name: semconv.SCOPE_NAME, attributes: [{ key: 'scoped' }] });
    expect(spans).toHaveLength(1);
    const [{ attributes, ...span }] = spans;
    expect(span).toEqual({
      traceId,
      spanId: row.SpanId,
      parentSpanId: '00000000000000ab',
      traceState: 'v=1',
      name: 'typed',
      kind: 3,
      startTimeUnixNano: '1700000000123456789',
      endTimeUnixNano: '1700000000124956789',
      events: [
        {
          timeUnixNano: '1700000000123456790',
          name: 'event',
          attributes: [{ key: 'n', value: { intValue: '5' } }],
        },
      ],
      links: [
        {
          traceId: '1'.repeat(32),
          spanId: '2'.repeat(16),
          attributes: [{ key: 'l', value: { stringValue: 'x' } }],
        },
      ],
      status: { code: 2, message: 'no' },
      flags: 257,
      droppedEventsCount: 3,
    });
    expect(Object.fromEntries(attributes.map(({ key, value }: Json) => [`_${key}`, value]))).toEqual({
      _text: { stringValue: '1' },
      _bool: { boolValue: true },
      _int: { intValue: '9223372036854775807' },
      _double: { doubleValue: 0.1 },
      _nan: { doubleValue: 'NaN' },
      _bytes: { bytesValue: 'AAE=' },
      _empty: {},
      _strings: { arrayValue: { values: [{ stringValue: 'a,b' }, { stringValue: 'c' }] } },
      _ints: { arrayValue: { values: [{ intValue: '9223372036854775807' }, { intValue: '-1' }] } },
      _doubles: { arrayValue: { values: [{ doubleValue: 1.5 }, { doubleValue: 'NaN' }] } },
      _bools: { arrayValue: { values: [{ boolValue: true }, { boolValue: false }] } },
      _none: { arrayValue: { values: [] } },
      _mixed: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'x' }] } },
      _list: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } },
      ___proto__: { stringValue: 'safe' },
    });
  });
});

describe('failures', () => {
  it.each([
    ['/api/v1/functions?from=yesterday', 'from'],
    ['/api/v1/functions?to=2026-13-01T00:00:00Z', 'to'],
    ['/api/v1/functions?to=2026-11-31', 'to'],
    ['/api/v1/functions?from=now&to=-1h', 'from'],
    ['/api/v1/invocations?from=9999-01-01T00:00:00Z', 'from'],
    [`/api/v1/sandboxes/${A1}?to=never`, 'to'],
  ])('%s is a bad time range', async (url, parameter) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBe(400);
    expect(body).toMatchObject({ code: 'ERR_BAD_TIME_RANGE', details: { parameter } });
    expect(body.message).toContain(parameter);
  });

  it.each([
    ['/api/v1/functions?since=1h', 'since'],
    ['/api/v1/functions?limit=0', 'limit'],
    ['/api/v1/functions?limit=1.5', 'limit'],
    ['/api/v1/functions?limit=', 'limit'],
    ['/api/v1/invocations?limit=1001', 'limit'],
    ['/api/v1/invocations?cold=maybe', 'cold'],
    ['/api/v1/invocations?cursor=abc', 'cursor'],
    ['/api/v1/sandboxes?cursor=WyJhIl0', 'cursor'],
    [`/api/v1/evictions?cursor=${Buffer.from('["-1h","now","x","y"]').toString('base64url')}`, 'cursor'],
    ['/api/v1/sandboxes?state=dead', 'state'],
    ['/api/v1/sandboxes?format=xml', 'format'],
    ['/api/v1/timeline?buckets=x', 'buckets'],
    ['/api/v1/hosts?from=-1h&from=-2h', 'from'],
    ['/api/v1/status?verbose=1', 'verbose'],
    ['/api/v1/cost?from=2020-01-01&to=2020-01-02&plan=gift', 'plan'],
    ['/api/v1/traces/xyz', 'traceId'],
    [`/api/v1/traces/${'0'.repeat(32)}`, 'traceId'],
  ])('%s is a bad parameter', async (url, parameter) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBe(400);
    expect(body).toMatchObject({ code: 'ERR_BAD_PARAMETER', details: { parameter } });
    expect(body.message).toContain(parameter);
  });

  it.each([
    ['/api/v1/functions/nobody', 'ERR_FUNCTION_NOT_FOUND'],
    ["/api/v1/functions/it's%20%7Bname:String%7D%20%2F%20gone", 'ERR_FUNCTION_NOT_FOUND'],
    ['/api/v1/functions/alpha?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z', 'ERR_FUNCTION_NOT_FOUND'],
    ['/api/v1/hops?function=nobody', 'ERR_FUNCTION_NOT_FOUND'],
    ['/api/v1/sandboxes/nobody', 'ERR_SANDBOX_NOT_FOUND'],
    [`/api/v1/traces/${'f'.repeat(32)}`, 'ERR_TRACE_NOT_FOUND'],
  ])('%s is not found', async (url, code) => {
    expect(await get(url)).toMatchObject({ statusCode: 404, body: { code } });
  });

  it('say to come back while there is no store', async () => {
    for (const url of [
      'functions',
      'functions/f',
      'invocations',
      'sandboxes',
      'sandboxes/x',
      'hosts',
      'hops',
      'reuse',
      'evictions',
      'timeline',
      `traces/${'f'.repeat(32)}`,
    ]) {
      const response = await away.inject(`/api/v1/${url}`);
      expect([url, response.statusCode, response.headers['retry-after']]).toEqual([url, 503, '1']);
      expect(response.json()).toMatchObject({ code: 'ERR_ENGINE_UNAVAILABLE' });
    }
    expect(await get('/api/v1/status', away)).toEqual({ statusCode: 200, body: status });
  });

  it('say to come back while the engine is away', async () => {
    const other = await startTestEngine();
    await other.engine.stop();
    shared = other.store;
    const answer = await get('/api/v1/functions');
    shared = test.store;
    await other.close();
    expect(answer).toMatchObject({ statusCode: 503, body: { code: 'ERR_ENGINE_UNAVAILABLE' } });
  });
});

describe('documentation', () => {
  it('describes every route, its parameters and all its answers', async () => {
    const document = await ok('/openapi.json');
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths).sort()).toEqual(
      [
        'data/{kind}/{name}',
        'functions',
        'functions/{function}',
        'hosts',
        'hosts/{id}',
        'invocations',
        'sandboxes',
        'sandboxes/{id}',
        'status',
        'traces/{traceId}',
        ...QUESTIONS.map((question) => question.name),
      ]
        .toSorted()
        .map((name) => `/api/v1/${name}`),
    );
    const ids = new Set<string>();
    for (const [path, operations] of Object.entries<Json>(document.paths)) {
      const [method, operation] = Object.entries<Json>(operations)[0]!;
      expect([path, Object.keys(operations)]).toEqual([path, [method]]);
      ids.add(operation.operationId);
      const answers = Object.keys(operation.responses);
      expect([path, answers.includes('200'), answers.includes('400')]).toEqual([path, true, true]);
      for (const code of answers) {
        expect(STATUS_CODES[code]).toBeDefined();
        expect(operation.responses[code].content['application/json'].schema).toBeDefined();
      }
      const hasFormat = operation.parameters?.some(({ name }: Json) => name === 'format') ?? false;
      expect([path, 'text/csv' in operation.responses['200'].content]).toEqual([path, hasFormat]);
      for (const name of path.matchAll(/\{(\w+)\}/g)) {
        expect(operation.parameters).toContainEqual(
          expect.objectContaining({ name: name[1], in: 'path', required: true }),
        );
      }
    }
    expect(ids.size).toBe(Object.keys(document.paths).length);
    expect(JSON.stringify(document)).not.toContain('"$ref":"def-');
  });

  it('says of every field what it means', async () => {
    const document = await ok('/openapi.json');
    const schemas: Record<string, Json> = document.components.schemas;
    const nameOf = (schema: Json): string => schema['$ref']?.split('/').at(-1) ?? '';
    const silent: string[] = [];
    const look = (schema: Json, path: string): void => {
      for (const [name, own] of Object.entries<Json>(schema['properties'] ?? {})) {
        if (!own['description'] && !schemas[nameOf(own)]?.['description']) silent.push(`${path}.${name}`);
        look(own, `${path}.${name}`);
      }
      for (const own of [schema['items'], ...(schema['anyOf'] ?? [])]) if (own) look(own, path);
    };
    for (const [name, schema] of Object.entries(schemas)) look(schema, name);
    expect(Object.keys(schemas).length).toBeGreaterThan(50);
    expect(silent).toEqual([]);
  });

  it('can be browsed without a network', async () => {
    const page = await app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).not.toContain('http');
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const { origin, pathname } = new URL(asset, 'http://here/docs/');
      expect(origin).toBe('http://here');
      expect((await app.inject(pathname)).statusCode).toBe(200);
    }
    expect(page.body).not.toMatch(/<script>|<style>/);
  });
});
