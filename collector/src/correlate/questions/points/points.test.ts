import * as semconv from '@sandscope/probes/semconv';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queryApi } from '../../../routes/index.ts';
import { startTestEngine } from '../../../store/test-engine.ts';
import type { TestEngine } from '../../../store/test-engine.ts';
import { invocationRow } from '../../../store/test-rows.ts';

interface Answer {
  readonly invocations: number;
  readonly warmEvery: number;
  readonly truncated: boolean;
  readonly points: {
    readonly startUnixMs: number;
    readonly durationMs: number;
    readonly cold?: boolean;
    readonly failed?: boolean;
    readonly initMs?: number;
    readonly sandbox?: string;
  }[];
}

const START = Date.now() - 1_800_000;
const WARM = 400;

let engine: TestEngine;
let app: FastifyInstance;

beforeAll(async () => {
  engine = await startTestEngine();
  const rows = Array.from({ length: WARM + 20 }, (_, index) =>
    invocationRow({
      function: index % 2 === 0 ? 'even' : 'odd',
      sandbox: `${index % 20}`.padStart(32, 'a'),
      ordinal: Math.floor(index / 20) + 1,
      startMs: START + index * 1000.25,
      durationMs: 12.5,
      attributes: { 'sandscope.init.duration_ms': 150 },
      ...(index === 100 && { status: 'Error' as const }),
    }),
  );
  // Sent twice, drawn once.
  await engine.writer.insert(rows, 'once');
  await engine.writer.insert(rows.slice(0, 50), 'again');
  app = Fastify();
  await app.register(queryApi, {
    store: () => engine.store,
    status: () => Promise.reject(new Error('not asked')),
  });
}, 60_000);
afterAll(async () => {
  await app.close();
  await engine.close();
});

const ask = async (query: string): Promise<Answer> =>
  (await app.inject(`/api/v1/points?from=-1h${query}`)).json();

it('has every invocation once, oldest first, with what a picture needs', async () => {
  const { points, warmEvery, invocations } = await ask('');
  expect([points.length, invocations, warmEvery]).toEqual([WARM + 20, WARM + 20, 1]);
  expect(points.map(({ startUnixMs }) => startUnixMs)).toEqual(
    points.map(({ startUnixMs }) => startUnixMs).toSorted((a, b) => a - b),
  );
  expect(points[0]).toEqual({
    startUnixMs: START,
    durationMs: 12.5,
    cold: true,
    initMs: 150,
    function: 'even',
    sandbox: 'a'.repeat(31) + '0',
  });
  expect(points[100]).toMatchObject({ failed: true, cold: false });
  expect(points[101]).not.toHaveProperty('initMs');
});

it('thins the warm ones alone, and a narrower range has the same ones', async () => {
  const { points, warmEvery, truncated } = await ask('&most=40');
  expect([warmEvery, truncated]).toEqual([10, false]);
  expect(points.filter(({ cold }) => cold)).toHaveLength(20);
  expect(points.filter(({ failed }) => failed)).toHaveLength(1);
  const warm = points.filter(({ cold, failed }) => !cold && !failed);
  // One in ten of 399, chosen by a hash of times that differ in each run: 40 with a standard deviation of 6.
  expect(warm.length).toBeGreaterThan(10);
  expect(warm.length).toBeLessThan(70);
  const toMs = START + 250_000;
  const part = await ask(`&most=40&to=${new Date(toMs).toISOString()}`);
  expect(part.warmEvery).toBe(6);
  const starts = new Set(part.points.map(({ startUnixMs }) => startUnixMs));
  const within = warm.filter(({ startUnixMs }) => startUnixMs < toMs);
  expect(within.length).toBeGreaterThan(5);
  for (const { startUnixMs } of within) expect(starts).toContain(startUnixMs);
  expect(part.points.filter(({ cold, failed }) => !cold && !failed).length).toBeGreaterThan(within.length);
});

it('takes the filters of all questions', async () => {
  expect((await ask('&function=odd')).points).toHaveLength((WARM + 20) / 2);
});

it('keeps what is cold by its ordinal, and what failed in the words of another writer', async () => {
  const plain = (ordinal: number, status: string) => ({
    ...invocationRow({
      function: 'plain',
      sandbox: 'b'.repeat(32),
      ordinal,
      startMs: START + ordinal,
      attributes: { [semconv.ATTR_FAAS_COLDSTART]: undefined },
    }),
    StatusCode: status as 'Error',
  });
  const rows = Array.from({ length: 40 }, (_, at) =>
    plain(at + 1, at === 20 ? 'STATUS_CODE_ERROR' : 'Unset'),
  );
  await engine.writer.insert(rows, 'plain');
  const { points, warmEvery } = await ask('&function=plain&most=1');
  expect(warmEvery).toBe(38);
  expect(points.filter(({ cold }) => cold)).toHaveLength(1);
  expect(points.filter(({ failed }) => failed)).toHaveLength(1);
});
