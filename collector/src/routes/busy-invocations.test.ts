import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertInvocations } from '../../bench/query/generate.ts';
import { QUESTIONS } from '../correlate/questions/index.ts';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow } from '../store/test-rows.ts';
import { queryApi } from './index.ts';

interface Page {
  readonly from: string;
  readonly to: string;
  readonly invocations: {
    readonly spanId: string;
    readonly sandboxId: string;
    readonly startUnixNano: string;
  }[];
  readonly nextCursor?: string;
}

const PATIENTLY = { timeout: 30_000, interval: 250 };
const BUSY = '/api/v1/invocations?from=-3h&limit=50';

let test: TestEngine;
const app: FastifyInstance = Fastify();

beforeAll(async () => {
  test = await startTestEngine();
  await test.store.command(
    insertInvocations(
      {
        database: 'sandscope',
        invocations: 30_000,
        sandboxes: 300,
        functions: 10,
        hosts: 7,
        endMs: Date.now(),
        spanMs: 4 * 3_600_000,
      },
      {},
    ),
  );
  await app.register(queryApi, {
    store: () => test.store,
    status: () => Promise.reject(new Error('unused')),
  });
}, 60_000);
afterAll(async () => {
  await app.close();
  await test.close();
});

async function page(url: string): Promise<Page> {
  const response = await app.inject(url);
  expect(response.statusCode).toBe(200);
  return response.json();
}

const startsOf = ({ invocations }: Page): bigint[] =>
  invocations.map(({ startUnixNano }) => BigInt(startUnixNano));
const isDescending = (starts: readonly bigint[]): boolean =>
  starts.every((start, index) => index === 0 || start <= (starts[index - 1] ?? 0n));

describe('the newest invocations of a busy range that ends now', () => {
  it('are those of the moment that the answer names', async () => {
    const newest = await page(BUSY);
    const direct = await page(`${BUSY.replace('from=-3h', `from=${newest.from}`)}&to=${newest.to}`);
    expect(newest.invocations).toHaveLength(50);
    expect(isDescending(startsOf(newest))).toBe(true);
    expect(newest.invocations).toEqual(direct.invocations);
  });

  it('are shared by those who ask, and go on without a gap', async () => {
    const [one, two] = await Promise.all([page(BUSY), page(BUSY)]);
    expect(one).toEqual(two);
    const next = await page(`${BUSY}&cursor=${encodeURIComponent(one.nextCursor ?? '')}`);
    const both = await page(
      `${BUSY.replace('limit=50', 'limit=100').replace('from=-3h', `from=${one.from}`)}&to=${one.to}`,
    );
    expect([...one.invocations, ...next.invocations]).toEqual(both.invocations);
  });

  it('differ by what is asked for', async () => {
    const cold = await page(`${BUSY}&cold=true`);
    const few = await page(BUSY.replace('limit=50', 'limit=3'));
    expect(few.invocations).toHaveLength(3);
    expect(cold.invocations[0]).toMatchObject({ cold: true, ordinal: 1 });
  });

  it('have what has just arrived within a few seconds', async () => {
    const startMs = Date.now();
    await test.writer.insert(
      [invocationRow({ function: 'function-001', sandbox: 'new', bootId: 'boot', ordinal: 1, startMs })],
      'busy-1',
    );
    await expect.poll(async () => (await page(BUSY)).invocations[0]?.sandboxId, PATIENTLY).toBe('new');
  });
});

describe('a busy range that ends now', () => {
  const LISTS = ['functions', 'functions/function-003', 'sandboxes', 'hosts'];
  const asked = [...LISTS, ...QUESTIONS.map(({ name }) => name)].map(
    // Each has a range of its own, which nobody asked about before.
    (name, index) => [name, `from=-${200 + 10 * index}m`] as const,
  );

  it.each(asked)('is answered to whoever asks first: %s', async (name, range) => {
    const answers = await Promise.all([
      app.inject(`/api/v1/${name}?${range}`),
      app.inject(`/api/v1/${name}?${range}`),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const { from, to, ...body } = answers[0].json<Record<string, unknown>>();
    expect([from, to]).toEqual([expect.any(String), expect.any(String)]);
    expect(Object.keys(body)).not.toHaveLength(0);
  });
});
