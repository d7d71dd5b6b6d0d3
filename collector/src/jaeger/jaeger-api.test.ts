import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../store/index.ts';
import { startTestEngine, type TestEngine } from '../store/test-engine.ts';
import { spanRow } from '../store/test-rows.ts';
import { jaegerApi } from './index.ts';

let store: Store | undefined;
const app = Fastify();
const START = Date.UTC(2024, 0, 1);
const RANGE = `query.startTimeMin=2023-12-31T00:00:00Z&query.startTimeMax=2024-01-02T00:00:00Z`;

async function ask(url: string): Promise<{ status: number; headers: object; body: unknown }> {
  const { statusCode, headers, body } = await app.inject(url);
  return { status: statusCode, headers, body: JSON.parse(body) as unknown };
}

beforeAll(() => app.register(jaegerApi, { store: () => store }));
afterAll(() => app.close());

const V3 = [
  'services',
  'operations?service=a',
  'traces/1',
  `traces?${RANGE}`,
  `trace-summaries?${RANGE}`,
].map((path) => `/api/v3/${path}`);
const V1 = [
  'services',
  'services/a/operations',
  'operations?service=a',
  'traces/1',
  'traces?service=a',
  'dependencies',
].map((path) => `/api/${path}`);

describe('while the engine starts', () => {
  it.each(V3)('%s says so in the form of version 3', async (path) => {
    expect(await ask(path)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { error: { httpCode: 503, message: 'the engine is still starting' } },
    });
  });
  it.each(V1)('%s says so in the form of version 1', async (path) => {
    expect(await ask(path)).toMatchObject({
      status: 503,
      body: { data: null, errors: [{ code: 503, msg: 'the engine is still starting' }] },
    });
  });
});

describe('a trace of very many spans', () => {
  const BIG = 'bb'.repeat(16);
  const OLDER = ['aa', 'ab', 'ac'].map((digits) => digits.repeat(16));
  let test: TestEngine;

  beforeAll(async () => {
    test = await startTestEngine();
    store = test.store;
    const resource = { 'service.name': 'big' };
    const span = (traceId: string, at: number) =>
      spanRow({
        traceId,
        spanId: `${traceId.slice(0, 8)}${at.toString(16).padStart(8, '0')}`,
        startMs: START + at,
        resource,
      });
    await test.writer.insert(
      OLDER.map((traceId, at) => span(traceId, at)),
      'older',
    );
    await test.writer.insert(
      Array.from({ length: 20_001 }, (_, at) => span(BIG, at + 10)),
      'big',
    );
  }, 60_000);
  afterAll(() => test.close());

  it('is looked for among as many as there may be when more are asked for, which is told', async () => {
    const path =
      '/api/traces?service=none&limit=2000&lookback=2d&maxDuration&minDuration=1ms&tags=%7B%22a%22%3A%22b%22%7D';
    expect(await ask(path)).toMatchObject({
      status: 200,
      headers: { 'x-sandscope-limit': '1500' },
      body: { data: [], limit: 1500, errors: null },
    });
    expect(await ask(path.replace('2000', '20'))).toMatchObject({ status: 200, body: { limit: 0 } });
    expect(await ask(path.replace('2000', '0'))).toMatchObject({ status: 400 });
  });

  it('is refused rather than cut', async () => {
    const message = expect.stringContaining('at most 20000 spans') as unknown;
    expect(await ask(`/api/v3/traces/${BIG}`)).toMatchObject({
      status: 422,
      body: { error: { httpCode: 422, message } },
    });
    expect(await ask(`/api/traces/${BIG}`)).toMatchObject({
      status: 422,
      body: { data: null, errors: [{ code: 422, msg: message }] },
    });
  });

  it('is summarised, and hides no older trace', async () => {
    const { body } = await ask(`/api/v3/trace-summaries?${RANGE}&query.searchDepth=3`);
    expect(body).toMatchObject({
      summaries: [
        { traceId: BIG, spanCount: 20_001 },
        { traceId: OLDER[2], spanCount: 1 },
        { traceId: OLDER[1], spanCount: 1 },
      ],
    });
  });

  it('is not asked for with a hundred others', async () => {
    const ids = Array.from({ length: 101 }, (_, n) => `traceID=${n + 1}`);
    expect(await ask(`/api/traces?${ids.join('&')}`)).toMatchObject({ status: 400 });
  });
});
