import { Type } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queryApi } from '../../routes/index.ts';
import { Count } from '../../schema/index.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow } from '../../store/test-rows.ts';
import { betweenSql, filterSql, scopeParams } from '../scope.ts';
import { defineQuestion, QUESTIONS } from './index.ts';

/** The complete code of a new question: on which weekdays a function is called. */
const weekdays = defineQuestion({
  name: 'weekdays',
  operationId: 'getWeekdays',
  summary: 'Invocations by day of the week',
  tag: 'functions',
  asked: { most: Type.Optional(Type.Integer({ minimum: 1, description: 'Days at most.' })) },
  answer: {
    days: Type.Array(
      Type.Object({ weekday: Type.Integer({ description: '1 is Monday.' }), invocations: Count('On it.') }),
    ),
  },
  list: 'days',
  ask: async ({ store, scope, parameters: { most = 7 } }) => {
    const days = await store.query<{ weekday: number; invocations: string }>(
      `SELECT toDayOfWeek(start, 0, 'UTC') AS weekday, count() AS invocations FROM ${store.database}.invocations
        WHERE ${betweenSql('start')}${filterSql(scope)} GROUP BY weekday ORDER BY weekday`,
      scopeParams(scope),
    );
    const counted = days.map(({ weekday, invocations }) => ({ weekday, invocations: Number(invocations) }));
    return { scope, truncated: counted.length > most, body: { days: counted.slice(0, most) } };
  },
});

const MONDAY = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 86_400_000;

let engine: TestEngine;
let app: FastifyInstance;

beforeAll(async () => {
  engine = await startTestEngine();
  const used = (name: string, day: number) =>
    invocationRow({
      function: name,
      sandbox: 'c0'.repeat(16),
      ordinal: day + 1,
      startMs: MONDAY + day * DAY_MS,
    });
  await engine.writer.insert([used('a', 0), used('a', 1), used('b', 1)], 'week');
  app = Fastify();
  await app.register(queryApi, {
    store: () => engine.store,
    status: () => Promise.reject(new Error('not asked')),
    questions: [...QUESTIONS, weekdays],
  });
}, 60_000);
afterAll(async () => {
  await app.close();
  await engine.close();
});

const RANGE = 'from=2026-11-23&to=2026-11-26';

describe('a question that is registered', () => {
  test('is answered under its name, with range and filters', async () => {
    const all = await app.inject(`/api/v1/weekdays?${RANGE}`);
    expect(all.json()).toEqual({
      from: '2026-11-23T00:00:00.000Z',
      to: '2026-11-26T00:00:00.000Z',
      truncated: false,
      days: [
        { weekday: 1, invocations: 1 },
        { weekday: 2, invocations: 2 },
      ],
    });
    const one = await app.inject(`/api/v1/weekdays?${RANGE}&function=b&most=1`);
    expect(one.json()).toMatchObject({ truncated: false, days: [{ weekday: 2, invocations: 1 }] });
  });

  test('is written as CSV and NDJSON', async () => {
    const csv = await app.inject(`/api/v1/weekdays?${RANGE}&format=csv`);
    expect(csv.body).toBe('weekday,invocations\r\n1,1\r\n2,2\r\n');
    const lines = await app.inject(`/api/v1/weekdays?${RANGE}&format=ndjson`);
    expect(lines.body).toBe('{"weekday":1,"invocations":1}\n{"weekday":2,"invocations":2}\n');
  });

  test('refuses what it is not asked with', async () => {
    const answers = await Promise.all(
      ['most=0', 'least=1', 'from=never'].map((query) => app.inject(`/api/v1/weekdays?${query}`)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400]);
    expect(answers.map((answer) => answer.json<{ code: string }>().code)).toEqual([
      'ERR_BAD_PARAMETER',
      'ERR_BAD_PARAMETER',
      'ERR_BAD_TIME_RANGE',
    ]);
  });

  test('is described', async () => {
    const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>();
    for (const { name, operationId, summary } of [...QUESTIONS, weekdays])
      expect(paths[`/api/v1/${name}`]).toMatchObject({ get: { operationId, summary } });
  });
});

test('names are unique, and are those of paths', () => {
  for (const of of ['name', 'operationId'] as const)
    expect(new Set(QUESTIONS.map((question) => question[of])).size).toBe(QUESTIONS.length);
  for (const { name } of QUESTIONS) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});
