import { describe, expect, test } from 'vitest';
import { PriceBook } from '../../../prices/index.ts';
import { COLD_CAUSES } from '../../judge/index.ts';
import type { Birth, ColdCause } from '../../judge/index.ts';
import { judgeKeepWarm } from './judge.ts';
import type { KeepWarmInput } from './judge.ts';

const EDGES = Float64Array.from([0, 100_000, 200_000, 300_000, 400_000]);
const KEPT = Float64Array.from([1, 1, 0.99, 0.5, 0]);
const band = {
  low: Float64Array.from([1, 1, 0.98, 0.4, 0]),
  high: Float64Array.from([1, 1, 1, 0.6, 0]),
  knee: { valueMs: 208_000, lowMs: 200_000, highMs: 216_000 },
  laws: [],
};

const birth = (cause: ColdCause, busy: number): Birth => ({
  key: 's',
  version: '1',
  atMs: 0,
  busy,
  cause,
  causes: COLD_CAUSES.map((own) => (own === cause ? 1 : 0)),
});

function input(more: Partial<KeepWarmInput> = {}): KeepWarmInput {
  return {
    judgement: {
      survival: { edgesMs: EDGES, kept: KEPT, band },
      keepAlive: { family: 'threshold', expectedDeaths: 100 },
      concurrency: {
        model: 'one-to-one',
        forced: 9,
        shared: 0,
        cold: 9,
        needed: 7,
        overlaps: 0,
        overlapsInSandbox: 0,
      },
    },
    births: [birth('idle', 0), birth('idle', 3), birth('deploy', 0), birth('scale-out', 0)],
    aMonth: { value: 400, low: 360, high: 440, n: 1000 },
    hold: 1,
    pingMs: 200,
    memoryGb: 1,
    plan: new PriceBook().for({ platform: 'aws_lambda', architecture: 'amd64' }),
    ...more,
  };
}

describe('keeping warm', () => {
  test('pings come before one in twenty is gone, by the lower end of that time', () => {
    expect(judgeKeepWarm(input())).toMatchObject({
      advice: 'ping',
      pingIntervalMs: 190_000,
      concurrentPings: 1,
    });
  });

  test('costs as many pings as a month has, beside what is held ready', () => {
    const { pingsAMonth, pingCostAMonth, provisionedCostAMonth } = judgeKeepWarm(input({ hold: 3 }));
    expect(pingsAMonth).toBeCloseTo((3 * 2_592_000) / 190, 6);
    expect(pingCostAMonth).toBeCloseTo(pingsAMonth! * (0.2e-6 + 0.2 * 0.000_016_666_7), 9);
    expect(provisionedCostAMonth).toBeCloseTo(32.4, 1);
  });

  test('long pings of a large function may cost more than to hold it ready', () => {
    expect(judgeKeepWarm(input({ pingMs: 10_000, plan: slowPlan() })).advice).toBe('provision');
  });

  test('avoids what idleness and load start while fewer calls are in flight than are held', () => {
    const { avoidedAMonth } = judgeKeepWarm(input());
    // Two of four, and almost none die between two pings.
    expect(avoidedAMonth!.value! / 200).toBeCloseTo(1, 2);
    expect(avoidedAMonth!.low!).toBeLessThan(avoidedAMonth!.value!);
    expect(judgeKeepWarm(input({ hold: 4 })).avoidedAMonth!.value! / 300).toBeCloseTo(1, 2);
  });

  test('needs more pings where a sandbox takes several calls', () => {
    const { judgement } = input();
    const concurrency = { ...judgement.concurrency, model: 'one-to-many' as const, slots: 4 };
    expect(judgeKeepWarm(input({ hold: 3, judgement: { ...judgement, concurrency } })).concurrentPings).toBe(
      9,
    );
  });

  test('says what is missing', () => {
    const { judgement } = input();
    const few = { ...judgement, keepAlive: { family: 'not-identified' as const, expectedDeaths: 4.6 } };
    expect(judgeKeepWarm(input({ judgement: few, plan: undefined, births: [] }))).toEqual({
      advice: 'unknown',
      missing: [
        { what: expect.stringContaining('ends by idleness') as string, n: 4, needed: 10 },
        { what: expect.stringContaining('price plan') as string, n: 0, needed: 1 },
        { what: expect.stringContaining('cold starts') as string, n: 0, needed: 1 },
      ],
    });
    expect(judgeKeepWarm(input({ memoryGb: undefined }))).not.toHaveProperty('pingCostAMonth');
  });
});

/** A plan whose time costs a hundredfold. */
function slowPlan(): KeepWarmInput['plan'] {
  const aws = new PriceBook().for({ platform: 'aws_lambda', architecture: 'amd64' })!;
  return { ...aws, plan: { ...aws.plan, perGbSecond: 0.001_666_67 } };
}
