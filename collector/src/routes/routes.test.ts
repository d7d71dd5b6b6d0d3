import * as semconv from '@sandscope/probes/semconv';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow, shutdownRow } from '../store/test-rows.ts';
import type { TraceRow } from '../store/index.ts';
import { queryApi } from './index.ts';
import type { Json } from './json.fixture.ts';

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
const START = Date.now() - 1_800_000;
const at = (seconds: number): number => START + seconds * 1000;
const A1 = 'a1'.repeat(16);
const A2 = 'a2'.repeat(16);
const B1 = 'b1'.repeat(16);
const LAMBDA = 'c1'.repeat(16);
const NEIGHBOUR = '5c'.repeat(16);

/**
 * `alpha` has two sandboxes on host X and one on host Y: a1 x x x lost x, asked to stop; a2 used twice; b1 never passed
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
  const rows = scenario();
  await test.writer.insert(rows, 'scenario-1');
  await test.writer.insert(rows.slice(3), 'scenario-2');
  app = Fastify();
  await app.register(queryApi, { store: () => test.store, status: () => Promise.resolve(status) });
});
afterAll(async () => {
  await app.close();
  await test.close();
});

async function get(url: string): Promise<{ statusCode: number; body: Json }> {
  const response = await app.inject(url);
  return { statusCode: response.statusCode, body: response.json() };
}

async function ok(url: string): Promise<Json> {
  const { statusCode, body } = await get(url);
  expect(body).not.toHaveProperty('code');
  expect(statusCode).toBe(200);
  return body;
}

it('summarises each function and the total', async () => {
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
      // Two have been idle for half an hour, and one was asked to stop after a minute.
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

it('summarises one function', async () => {
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

it('lists invocations newest first, each once, page by page', async () => {
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
] as const)('lists %s page by page like all at once', async (list, idOf) => {
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

it('finds sandboxes and hosts by an unambiguous prefix of their id', async () => {
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

it('filters invocations and keeps every digit', async () => {
  const { invocations } = await ok(`/api/v1/invocations?function=alpha&sandbox=${A1}&cold=false`);
  expect(invocations.map(({ ordinal }: Json) => ordinal)).toEqual([4, 2]);
  const { body } = await app.inject('/api/v1/invocations?function=lambda&limit=1');
  expect(body).toContain('"memoryRssBytes":9223372036854775809');
});

it('reports the fates of sandboxes', async () => {
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

it('names hosts with their evidence and counts what is unknown', async () => {
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

it('compares the number of hops with chance', async () => {
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
  // Six pairs are too few for an expected rate.
  expect(functions[0]).not.toHaveProperty('independentRate');
});

it('lists evictions', async () => {
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

it('summarises reuse', async () => {
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

it('returns a timeline', async () => {
  const from = new Date(at(0)).toISOString();
  const to = new Date(at(120)).toISOString();
  const { buckets, bucketMs } = await ok(`/api/v1/timeline?function=alpha&from=${from}&to=${to}&buckets=4`);
  expect(bucketMs).toBe(30_000);
  for (const [wanted, width] of [
    [5, 30_000],
    [7, 20_000],
    [60, 2000],
    [1, 120_000],
  ]) {
    const url = `/api/v1/timeline?function=alpha&from=${from}&to=${to}&buckets=${wanted}`;
    expect((await ok(url)).bucketMs).toBe(width);
  }
  expect(
    buckets.map(({ cold, warm, errors, sandboxesAlive }: Json) => [cold, warm, errors, sandboxesAlive]),
  ).toEqual([
    [2, 1, 0, 2],
    [1, 2, 1, 3],
    [0, 1, 0, 3],
    [0, 0, 0, 3],
  ]);
});

it('cuts a long range to the days with stored data, and reports it', async () => {
  const { from, to, functions } = await ok(
    '/api/v1/functions?from=1970-01-01T00:00:00Z&to=2199-12-31T00:00:00Z',
  );
  expect(functions.length).toBeGreaterThan(0);
  expect(Date.parse(from)).toBeGreaterThan(START - 2 * 86_400_000);
  expect(Date.parse(to)).toBeLessThan(Date.now() + 2 * 86_400_000);
});

it('is empty if nothing happened', async () => {
  const past = 'from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z';
  expect(await ok(`/api/v1/functions?${past}`)).toMatchObject({ functions: [], total: { invocations: 0 } });
  for (const name of ['sandboxes', 'hosts', 'evictions', 'invocations']) {
    expect((await ok(`/api/v1/${name}?${past}`))[name]).toEqual([]);
  }
  expect((await ok(`/api/v1/hops?function=alpha&${past}`)).functions).toEqual([]);
  const { buckets, bucketMs } = await ok(`/api/v1/timeline?${past}`);
  expect([buckets.length, bucketMs]).toEqual([48, 1_800_000]);
});

it('shows one host with what ran on it', async () => {
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

it('filters by version and region', async () => {
  const none = await ok('/api/v1/functions?version=9');
  expect(none.functions).toEqual([]);
  expect((await ok('/api/v1/invocations?region=nowhere')).invocations).toEqual([]);
});

it('writes lists as CSV and as lines of JSON', async () => {
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

it('writes no text into CSV that a spreadsheet would run', async () => {
  const early = at(-6 * 3600);
  await test.writer.insert(
    [invocationRow({ function: '=cmd|calc,"x"', sandbox: '@evil', ordinal: 1, startMs: early })],
    'evil-1',
  );
  const range = `from=${new Date(early - 1000).toISOString()}&to=${new Date(early + 1000).toISOString()}`;
  const { body } = await app.inject(`/api/v1/sandboxes?format=csv&${range}`);
  expect(body.split('\r\n')[1]).toMatch(/^'@evil,"'=cmd\|calc,""x""",/);
});

it('cuts lists at their limit and says so', async () => {
  for (const name of ['functions', 'invocations', 'sandboxes', 'hosts']) {
    const body = await ok(`/api/v1/${name}?limit=1`);
    expect([name, body[name].length, body.truncated]).toEqual([name, 1, true]);
  }
});
