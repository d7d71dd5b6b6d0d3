import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CollectorStatus } from '../schema/collector-status.ts';
import type { Store } from '../store/index.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow } from '../store/test-rows.ts';
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

const SANDBOX = 'a1'.repeat(16);
let test: TestEngine;
let app: FastifyInstance;
let away: FastifyInstance;

async function apiOver(store: Store | undefined): Promise<FastifyInstance> {
  const api = Fastify();
  await api.register(queryApi, { store: () => store, status: () => Promise.resolve(status) });
  return api;
}

beforeAll(async () => {
  test = await startTestEngine();
  const call = { function: 'alpha', sandbox: SANDBOX, ordinal: 1, startMs: Date.now() - 1_800_000 };
  await test.writer.insert([invocationRow(call)], 'alpha');
  [app, away] = await Promise.all([apiOver(test.store), apiOver(undefined)]);
}, 60_000);
afterAll(async () => {
  await Promise.all([app.close(), away.close()]);
  await test.close();
});

async function get(url: string, of: FastifyInstance = app): Promise<{ statusCode: number; body: Json }> {
  const response = await of.inject(url);
  return { statusCode: response.statusCode, body: response.json() };
}

it.each([
  ['/api/v1/functions?from=yesterday', 'from'],
  ['/api/v1/functions?to=2026-13-01T00:00:00Z', 'to'],
  ['/api/v1/functions?to=2026-11-31', 'to'],
  ['/api/v1/functions?from=now&to=-1h', 'from'],
  ['/api/v1/invocations?from=9999-01-01T00:00:00Z', 'from'],
  [`/api/v1/sandboxes/${SANDBOX}?to=never`, 'to'],
])('%s is a bad time range', async (url, parameter) => {
  const { statusCode, body } = await get(url);
  expect(statusCode).toBe(400);
  expect(body).toMatchObject({ code: 'ERR_BAD_TIME_RANGE', details: { parameter } });
  expect(body.message).toContain(parameter);
});

it.each([
  ['/api/v1/hosts?from=-1h&from=-2h', 'from'],
  ['/api/v1/functions?limit=1&limit=2', 'limit'],
  ['/api/v1/invocations?cold=true&cold=true', 'cold'],
  ['/api/v1/sandboxes?state=idle&state=active', 'state'],
])('%s gives one parameter twice', async (url, parameter) => {
  const { statusCode, body } = await get(url);
  expect(statusCode).toBe(400);
  expect(body).toEqual({
    code: 'ERR_BAD_PARAMETER',
    message: `query parameter ${parameter} may be given only once`,
    details: { parameter },
  });
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

it('asks to retry while there is no store', async () => {
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

it('asks to retry while the engine is down', async () => {
  const other = await startTestEngine();
  await other.engine.stop();
  const stopped = await apiOver(other.store);
  const answer = await get('/api/v1/functions', stopped);
  await stopped.close();
  await other.close();
  expect(answer).toMatchObject({ statusCode: 503, body: { code: 'ERR_ENGINE_UNAVAILABLE' } });
});
