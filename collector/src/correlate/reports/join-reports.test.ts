import * as semconv from '@sandscope/probes/semconv';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queryApi } from '../../routes/index.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow, spanRow } from '../../store/test-rows.ts';
import type { TraceRow } from '../../store/trace-row.ts';
import { Sealer, summariseFunctions } from '../index.ts';
import { ReportJoiner } from './index.ts';

const START = Date.UTC(2025, 5, 1, 12);
const SCOPE = { fromMs: START - 3_600_000, toMs: START + 3_600_000 };
const LIVE = '11'.repeat(16);
const STREAM = '2025/06/01/[$LATEST]0a1b2c3d4e5f60718293a4b5c6d7e8f9';
/** As an import creates it from the log stream. */
const OF_STREAM = '22'.repeat(16);

interface Told {
  readonly function: string;
  readonly id: string;
  readonly startMs: number;
  readonly ordinal: number;
}

function live({ function: name, id, startMs, ordinal }: Told): TraceRow {
  const row = invocationRow({
    function: name,
    sandbox: LIVE,
    startMs,
    durationMs: 99.2,
    ordinal,
    attributes: { [semconv.ATTR_FAAS_INVOCATION_ID]: id },
  });
  return { ...row, ResourceAttributes: { ...row.ResourceAttributes, [semconv.ATTR_FAAS_INSTANCE]: STREAM } };
}

function report({ function: name, id, startMs, ordinal }: Told): TraceRow {
  const row = spanRow({
    name,
    kind: 'Server',
    startMs: startMs - 0.4,
    durationMs: 100,
    resource: {
      [semconv.ATTR_SERVICE_NAME]: name,
      [semconv.ATTR_FAAS_NAME]: name,
      [semconv.ATTR_FAAS_INSTANCE]: STREAM,
      [semconv.ATTR_IMPORT_NAME]: 'log',
      [semconv.ATTR_IMPORT_FORMAT]: 'cloudwatch',
    },
    attributes: {
      [semconv.ATTR_FAAS_INVOCATION_ID]: id,
      [semconv.ATTR_SANDBOX_ID]: OF_STREAM,
      [semconv.ATTR_FAAS_COLDSTART]: ordinal === 1,
      [semconv.ATTR_BILLED_DURATION_MS]: 100,
      [semconv.ATTR_MEMORY_MAX_USED_BYTES]: 64 * 1024 ** 2,
    },
  });
  return { ...row, ScopeName: semconv.SCOPE_IMPORT };
}

const told = (name: string, ordinals: readonly number[]): Told[] =>
  ordinals.map((ordinal) => ({
    function: name,
    id: `${name}-${ordinal}`,
    startMs: START + ordinal * 1000,
    ordinal,
  }));

let test: TestEngine;
let app: FastifyInstance;
let joiner: ReportJoiner;
let token = 0;

beforeAll(async () => {
  test = await startTestEngine();
  app = Fastify();
  await app.register(queryApi, {
    store: () => test.store,
    status: () => Promise.reject(new Error('not asked')),
  });
  joiner = new ReportJoiner({ store: test.store, warn: (message) => expect.fail(message) });
}, 120_000);
afterAll(async () => {
  await app.close();
  await test.close();
});

const insert = (rows: readonly TraceRow[]): Promise<void> => test.writer.insert([...rows], `rows-${token++}`);

/** Sandboxes of the rows of a function, its invocations and its sandboxes; from rollups if requested. */
async function seen(
  name: string,
  maxInvocations = 200_000,
): Promise<{ sandboxes: string[]; counts: [number, number] }> {
  const { functions } = await summariseFunctions(
    test.store,
    { ...SCOPE, function: name, maxInvocations },
    100,
  );
  const summary = functions.find((one) => one.function === name);
  const counts: [number, number] = [summary?.invocations ?? 0, summary?.sandboxes ?? 0];
  const rows = await test.store.query<{ sandbox_id: string }>(
    'SELECT sandbox_id FROM sandscope.invocations FINAL WHERE function = {name:String} ORDER BY start',
    { name },
  );
  return { sandboxes: rows.map((row) => row.sandbox_id), counts };
}

const LIVE_THRICE = {
  sandboxes: [LIVE, LIVE, LIVE],
  counts: [3, 1],
};

/** The API's answers about a function. */
async function answers(name: string): Promise<{ invocations: object[]; billing: object[] }> {
  const range = `from=${new Date(SCOPE.fromMs).toISOString()}&to=${new Date(SCOPE.toMs).toISOString()}`;
  const [invocations, billing] = await Promise.all(
    ['invocations', 'billing'].map((path) => app.inject(`/api/v1/${path}?${range}&function=${name}`)),
  );
  return {
    invocations: invocations?.json<{ invocations: object[] }>().invocations ?? [],
    billing: billing?.json<{ functions: object[] }>().functions ?? [],
  };
}

describe('a span and a REPORT line of one request', { timeout: 120_000 }, () => {
  it('are one invocation, the span first', async () => {
    await insert(told('span-first', [1, 2, 3]).map(live));
    expect(await joiner.joinAll()).toBe(0);
    await insert(told('span-first', [1, 2, 3]).map(report));
    expect(await joiner.joinAll()).toBe(3);
    expect(await seen('span-first')).toEqual(LIVE_THRICE);
    expect(await joiner.joinAll()).toBe(0);
  });

  it('are one invocation, the line first, and what was summed up of it is made again', async () => {
    await insert(told('line-first', [1, 2, 3]).map(report));
    expect(await joiner.joinAll()).toBe(0);
    await new Sealer({ store: test.store, warn: (message) => expect.fail(message) }).sealAll();
    expect((await seen('line-first')).sandboxes).toEqual([OF_STREAM, OF_STREAM, OF_STREAM]);
    await insert(told('line-first', [1, 2, 3]).map(live));
    expect(await joiner.joinAll()).toBe(3);
    expect(await seen('line-first')).toEqual(LIVE_THRICE);
    expect(await seen('line-first', 1)).toEqual(LIVE_THRICE);
  });

  it('stay one when the log is imported again, and by another process', async () => {
    await insert(told('span-first', [1, 2, 3]).map(report));
    const another = new ReportJoiner({ store: test.store, warn: (message) => expect.fail(message) });
    expect(await another.joinAll()).toBe(0);
    expect(await seen('span-first')).toEqual(LIVE_THRICE);
  });

  it('a line without a span is an invocation of the sandbox that other spans of its stream name', async () => {
    await insert([...told('sampled', [2]).map(live), ...told('sampled', [1, 2, 3]).map(report)]);
    expect(await joiner.joinAll()).toBe(1);
    expect(await seen('sampled')).toEqual(LIVE_THRICE);
    const { invocations, billing } = await answers('sampled');
    const reported = { billedMs: 100, reportedDurationMs: 100, memoryMaxUsedBytes: 64 * 1024 ** 2 };
    expect(invocations).toMatchObject([
      { invocationId: 'sampled-3', recordedBy: 'report', durationMs: 100, ...reported },
      { invocationId: 'sampled-2', recordedBy: 'both', durationMs: 99.2, ordinal: 2, ...reported },
      { invocationId: 'sampled-1', recordedBy: 'report', cold: true, ...reported },
    ]);
    // Nothing is missing before the first span or after the last.
    expect(billing).toEqual([
      {
        function: 'sampled',
        both: 1,
        withoutReport: 0,
        withoutSpan: 0,
        measuredMs: 99.2,
        reportedMs: 100,
        billedMs: 100,
        measuredLonger: 0,
        billedOtherwise: 0,
      },
    ]);
  });

  it('tell what is missing on either side, and what does not agree', async () => {
    const [one, two, three, four, five] = told('missing', [1, 2, 3, 4, 5]) as [Told, Told, Told, Told, Told];
    const long = { ...live(five), Duration: '101100000' };
    const other = report(four);
    await insert([
      ...[one, two].map(live),
      live(four),
      long,
      ...[one, three, five].map(report),
      { ...other, SpanAttributes: { ...other.SpanAttributes, [semconv.ATTR_BILLED_DURATION_MS]: '200' } },
    ]);
    expect(await joiner.joinAll()).toBe(3);
    const { invocations, billing } = await answers('missing');
    expect(invocations.map((one) => (one as { recordedBy?: string }).recordedBy ?? 'span')).toEqual([
      'both',
      'both',
      'report',
      'span',
      'both',
    ]);
    expect(billing).toEqual([
      {
        function: 'missing',
        both: 3,
        withoutReport: 1,
        withoutSpan: 1,
        measuredMs: 99.2 + 99.2 + 101.1,
        reportedMs: 300,
        billedMs: 400,
        measuredLonger: 1,
        billedOtherwise: 1,
      },
    ]);
  });

  it('are two of a request that was tried again', async () => {
    const [first] = told('again', [1]) as [Told];
    const second = { ...first, startMs: first.startMs + 60_000, ordinal: 2 };
    await insert([report(first), live(second), report(second)]);
    expect(await joiner.joinAll()).toBe(1);
    expect(await seen('again')).toEqual({
      sandboxes: [LIVE, LIVE],
      counts: [2, 1],
    });
  });
});
