import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RECORDINGS } from '../../../../../test/support/recordings.ts';
import { groupBy } from '../../lifelines.ts';
import { cpuTimeOf, FIRST_PERIOD } from './cpu-time.ts';
import type { Durations } from './cpu-time.ts';
import { quotaLaw, wallTime } from './quota-law.ts';
import type { QuotaLaw } from './quota-law.ts';

const lambda = quotaLaw('aws_lambda')!;
const google = quotaLaw('gcp_cloud_functions')!;

describe('the stair of a quota', () => {
  test('is the CPU time itself from one CPU on', () => {
    expect(wallTime(lambda, 100, 1_769)).toEqual({ valueMs: 101, lowMs: 100, highMs: 101 });
    expect(wallTime(lambda, 100, 3_008)?.valueMs).toBe(101);
  });

  test('waits out a period for each quota that is used up', () => {
    // 885 MB give 10.0 ms in each 20 ms, so 25 ms of CPU need two and a half periods.
    expect(wallTime(lambda, 25, 884.5)?.valueMs).toBeCloseTo(41, 6);
    // At the edge, every second call needs one more.
    expect(wallTime(lambda, 30, 884.5)?.valueMs).toBeCloseTo(51, 6);
  });

  test('has treads: sizes that are equally fast', () => {
    const at = (mb: number): number => wallTime(lambda, 16.3, mb)!.valueMs;
    expect(Math.abs(at(1_195) / at(770) - 1)).toBeLessThan(0.005);
    expect(at(700)).toBeGreaterThan(1.8 * at(770));
  });

  test('never lies outside of its bounds, and never rises with memory', () => {
    for (let cpu = 1; cpu < 300; cpu += 7.3) {
      let before = Infinity;
      for (let mb = 128; mb <= 2_048; mb += 16) {
        const { valueMs, lowMs, highMs } = wallTime(lambda, cpu, mb)!;
        expect(valueMs).toBeGreaterThanOrEqual(lowMs);
        expect(valueMs).toBeLessThanOrEqual(highMs);
        expect(valueMs).toBeLessThanOrEqual(before + 1e-9);
        before = valueMs;
      }
    }
  });

  test('of Google has periods of 100 ms, and sizes that are documented alone', () => {
    // 33.3 ms in each: 6.7 and 26.7 ms are left for the second period.
    expect(wallTime(google, 40, 512)?.valueMs).toBeCloseTo(106.7, 3);
    expect(wallTime(google, 60, 512)?.valueMs).toBeCloseTo(126.7, 3);
    expect(wallTime(google, 20, 512)?.valueMs).toBeCloseTo(20, 3);
    let before = 0;
    for (let cpu = 1; cpu < 300; cpu += 0.5) {
      const { valueMs, lowMs, highMs } = wallTime(google, cpu, 512)!;
      expect(valueMs).toBeGreaterThanOrEqual(Math.max(lowMs, before));
      expect(valueMs).toBeLessThanOrEqual(highMs + 1e-9);
      before = valueMs;
    }
    expect(wallTime(google, 60, 600)).toBeUndefined();
  });
});

interface Row extends Durations {
  readonly model: string;
  readonly quantiles: readonly (readonly [number, number])[];
}

const SWEEP = join(RECORDINGS, 'cirrus/aws-memory-sweep-2025.csv');
const isThere = existsSync(SWEEP);
if (!isThere) console.warn(`skipped: the memory sweep is not there (${SWEEP})`);

const QUANTILES = [
  [0.05, 'p05_ms'],
  [0.25, 'p25_ms'],
  [0.5, 'p50_ms'],
  [0.75, 'p75_ms'],
  [0.95, 'p95_ms'],
] as const;

/** One row per batch of 500 calls. */
function readSweep(): Row[] {
  const [head = '', ...lines] = readFileSync(SWEEP, 'utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    const quantiles = QUANTILES.map(([q, name]) => [q, Number(cell(name))] as const);
    return {
      model: cell('cpu_model'),
      memoryMb: Number(cell('memory_mb')),
      meanMs: Number(cell('mean_ms')),
      p05Ms: Number(cell('p05_ms')),
      p50Ms: Number(cell('p50_ms')),
      firstPeriodP50Ms: firstPeriod(quantiles),
      quantiles,
    };
  });
}

/** Merges the batches of each size and model. */
function sizesOf(batches: readonly Row[]): Row[] {
  const groups = groupBy(batches, ({ model, memoryMb }) => `${model} ${memoryMb}`);
  return [...groups.values()].map((own) => {
    const quantiles = QUANTILES.map(
      ([q], at) => [q, meanOf(own.map((row) => row.quantiles[at]![1]))] as const,
    );
    return {
      model: own[0]!.model,
      memoryMb: own[0]!.memoryMb,
      meanMs: meanOf(own.map(({ meanMs }) => meanMs)),
      p05Ms: quantiles[0]![1],
      p50Ms: quantiles[2]![1],
      firstPeriodP50Ms: firstPeriod(quantiles),
      quantiles,
    };
  });
}

/** Median of the calls within the first period, as far as quantiles show. */
function firstPeriod(quantiles: readonly (readonly [number, number])[]): number | undefined {
  const within = quantiles.filter(([, ms]) => ms < FIRST_PERIOD * lambda.periodMs);
  const [share] = within.at(-1) ?? [];
  if (share === undefined) return undefined;
  return within.find(([q]) => q >= share / 2)?.[1];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.skipIf(!isThere)('98 memory sizes of Lambda, measured in 2025', () => {
  const batches = isThere ? readSweep() : [];
  const sizes = sizesOf(batches);
  const models = [...new Set(batches.map(({ model }) => model))];
  const misses = (cpuMs: number, rows: readonly Row[]): number[] =>
    rows.map(({ memoryMb, meanMs }) => Math.abs(wallTime(lambda, cpuMs, memoryMb)!.valueMs / meanMs - 1));
  const of = (rows: readonly Row[], model: string): Row[] => rows.filter((row) => row.model === model);
  /** CPU time of a model's calls from its sizes with a whole CPU. */
  const wholeCpu = (model: string): number =>
    meanOf(
      of(sizes, model)
        .filter(({ memoryMb }) => memoryMb >= 1_769)
        .map((row) => cpuTimeOf(lambda, row)!.valueMs),
    );

  test('are predicted from those with a whole CPU of the same model', () => {
    const usual = models.find((model) => of(sizes, model).length === 98)!;
    const all = misses(wholeCpu(usual), of(sizes, usual));
    expect(all).toHaveLength(98);
    expect(meanOf(all)).toBeLessThan(0.02);
    expect(median(all)).toBeLessThan(0.014);
  });

  test('by constants that every second size gave, in the others', () => {
    const usual = models.find((model) => of(sizes, model).length === 98)!;
    const rows = of(sizes, usual).toSorted((a, b) => a.memoryMb - b.memoryMb);
    const half = (from: number): Row[] => rows.filter((_, at) => at % 2 === from);
    const missOf = (law: QuotaLaw, own: readonly Row[]): number => {
      const whole = rows.filter(({ memoryMb }) => memoryMb >= 1_769);
      const cpu = meanOf(whole.map((row) => cpuTimeOf(law, row)!.valueMs));
      return meanOf(
        own.map(({ memoryMb, meanMs }) => Math.abs(wallTime(law, cpu, memoryMb)!.valueMs / meanMs - 1)),
      );
    };
    const grid: QuotaLaw[] = [];
    for (const lastMs of [0, 0.5, 1, 1.5, 2, 3])
      for (const overheadMs of [0, 0.5, 1, 1.5])
        for (const spreadMs of [0.2, 0.4, 0.8]) grid.push({ ...lambda, lastMs, overheadMs, spreadMs });
    for (const [fit, check] of [
      [half(0), half(1)],
      [half(1), half(0)],
    ] as const) {
      const [best] = grid.toSorted((a, b) => missOf(a, fit) - missOf(b, fit));
      expect(missOf(best!, check)).toBeLessThan(0.03);
    }
  });

  test('batch by batch, with the models that few batches met', () => {
    const all = models.flatMap((model) => misses(wholeCpu(model), of(batches, model)));
    expect(all).toHaveLength(980);
    expect(meanOf(all)).toBeLessThan(0.05);
    expect(median(all)).toBeLessThan(0.03);
  });

  test('are predicted from any single one of them', () => {
    const all = models.flatMap((model) =>
      of(sizes, model).flatMap((row) => misses(cpuTimeOf(lambda, row)!.valueMs, of(sizes, model))),
    );
    expect(all.length).toBeGreaterThan(98 * 98);
    expect(meanOf(all)).toBeLessThan(0.06);
  });
});
