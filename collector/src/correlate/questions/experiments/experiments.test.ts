import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invocationRow, spanRow } from '../../../store/test-rows.ts';
import type { TraceRow } from '../../../store/trace-row.ts';
import { askAbout } from '../test-question.ts';
import type { AskedApi } from '../test-question.ts';
import type { RunGroup } from './evidence.ts';
import { judgeRuns } from './judge.ts';

const RANGE = 'from=2026-11-23&to=2026-11-25';
const T = Date.UTC(2026, 10, 23, 12);

interface Call {
  readonly run: string;
  readonly experiment: string;
  readonly at: number;
  readonly tookMs: number;
  /** Absent if the function reports nothing. */
  readonly cold?: boolean;
  readonly error?: string;
}

/** The client's span of a call, with the function's span as its child. */
function called({ run, experiment, at, tookMs, cold, error }: Call): TraceRow[] {
  const client = spanRow({
    name: 'call probed',
    kind: 'Client',
    startMs: T + at * 1000,
    durationMs: tookMs,
    ...(error !== undefined && { status: 'Error' as const }),
    resource: { 'service.name': `sandscope-probe-${experiment}` },
    attributes: {
      'sandscope.probe.experiment': experiment,
      'sandscope.probe.run_id': run,
      'sandscope.probe.role': 'call',
      ...(error !== undefined && { 'error.type': error }),
    },
  });
  if (cold === undefined) return [client];
  const server = invocationRow({
    function: 'probed',
    sandbox: `${run}${at % 3}`.padEnd(32, '0'),
    ordinal: cold ? 1 : 2 + at,
    startMs: T + at * 1000 + 2,
    durationMs: 1,
  });
  return [client, Object.assign(server, { TraceId: client.TraceId, ParentSpanId: client.SpanId })];
}

let api: AskedApi;
beforeAll(async () => {
  const calls: Call[] = [];
  for (let at = 0; at < 20; at += 1) {
    const cold = at % 10 === 0;
    calls.push({ run: 'one', experiment: 'backoff', at, tookMs: cold ? 400 : 20, cold });
    calls.push({ run: 'two', experiment: 'backoff', at: 1000 + at, tookMs: cold ? 200 : 10, cold });
  }
  calls.push({ run: 'two', experiment: 'backoff', at: 1100, tookMs: 30_000, error: 'timeout' });
  for (let at = 0; at < 3; at += 1) calls.push({ run: 'few', experiment: 'burst', at: 2000 + at, tookMs: 5 });
  const other = invocationRow({ function: 'other', sandbox: 'd'.repeat(32), ordinal: 1, startMs: T });
  api = await askAbout([...calls.flatMap(called), other]);
}, 60_000);
afterAll(() => api.close());

interface Runs {
  readonly runs: readonly {
    readonly runId: string;
    readonly experiment: string;
    readonly basis: { readonly enough: boolean };
  }[];
}

describe('experiments', () => {
  test('are told run by run, the newest first, as their clients and functions saw them', async () => {
    const { runs } = await api.ask<Runs>(`experiments?${RANGE}`);
    expect(runs).toMatchObject([
      {
        runId: 'few',
        experiment: 'burst',
        calls: 3,
        joined: 0,
        sandboxes: 0,
        cold: { n: 0 },
        all: { p50Ms: { value: 5 } },
        coldCalls: { p50Ms: { n: 0 } },
        basis: { enough: false },
      },
      {
        runId: 'two',
        start: '2026-11-23T12:16:40.000Z',
        functions: ['probed'],
        calls: 21,
        joined: 20,
        failed: { n: 21, value: 1 / 21 },
        errors: ['timeout'],
        sandboxes: 3,
        cold: { n: 20, value: 0.1 },
        coldCalls: { p50Ms: { n: 2, value: 200 } },
        warmCalls: { p50Ms: { n: 18, value: 10 } },
        basis: { enough: true },
      },
      { runId: 'one', calls: 20, failed: { value: 0 }, warmCalls: { p50Ms: { value: 20 } } },
    ]);
  });

  test('are narrowed to one, and to runs of a function', async () => {
    const ids = async (query: string) =>
      (await api.ask<Runs>(`experiments?${RANGE}&${query}`)).runs.map(({ runId }) => runId);
    expect(await ids('experiment=burst')).toEqual(['few']);
    expect(await ids('function=probed')).toEqual(['two', 'one']);
    expect(await ids('function=other')).toEqual([]);
  });

  test('of a function have its calls that nothing recorded', async () => {
    const [two] = (await api.ask<Runs>(`experiments?${RANGE}&function=probed`)).runs;
    expect(two).toMatchObject({ runId: 'two', calls: 21, joined: 20, failed: { n: 21, value: 1 / 21 } });
  });
});

test('a failed call is in no time', () => {
  const group: RunGroup = {
    experiment: 'e',
    runId: 'r',
    isCold: undefined,
    calls: 2,
    failed: 2,
    impossible: 0,
    joined: 0,
    fromMs: 0,
    toMs: 1,
    durationsMs: [],
    functions: ['f'],
    environments: [],
    errors: ['reset'],
  };
  expect(judgeRuns([group])[0]).toMatchObject({ failed: { value: 1 }, all: { p50Ms: { n: 0 } } });
});
