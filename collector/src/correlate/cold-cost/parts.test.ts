import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColdCall, WarmCalls } from './evidence.ts';
import { partsOf, phasesOf } from './parts.ts';

const call = (more: Partial<ColdCall> = {}): ColdCall => ({
  function: 'f',
  sandboxId: 's',
  instance: 'i',
  version: '1',
  platform: 'aws_lambda',
  region: '',
  architecture: 'amd64',
  cpuModel: 'Xeon',
  initType: 'on_demand',
  memoryBytes: 2 ** 29,
  startMs: 0,
  durationMs: 30,
  hasFailed: false,
  initMs: 200,
  ...more,
});
const warm = (medianMs: number, more: Partial<WarmCalls> = {}): WarmCalls => ({
  function: 'f',
  version: '1',
  memoryBytes: 2 ** 29,
  cpuModel: 'Xeon',
  medianMs,
  n: 50,
  ...more,
});
const repeated = (times: number, more: (index: number) => Partial<ColdCall>): ColdCall[] =>
  Array.from({ length: times }, (_, index) => call(more(index)));

describe('what a cold start adds', () => {
  test('is its initialisation, though its call did less work than warm ones', () => {
    const parts = partsOf([call({ durationMs: 20 })], { warm: [warm(900)], warmBeyondMs: [] });
    const { firstCallMs, totalMs } = phasesOf(parts);
    // One call: the 880 ms less are due to its work, not to being warm.
    expect(firstCallMs).toEqual({ n: 1 });
    expect(totalMs).toEqual({ value: 200, n: 1 });
  });

  test('tells of first calls that took less with their interval, and counts them as 0', () => {
    const colds = repeated(12, (index) => ({ durationMs: 20 + index }));
    const { firstCallMs, totalMs } = phasesOf(partsOf(colds, { warm: [warm(900)], warmBeyondMs: [] }));
    expect(firstCallMs).toMatchObject({ value: -875, low: -878, high: -871, n: 12 });
    expect(totalMs).toEqual({ value: 200, low: 200, high: 200, n: 12 });
  });

  test('is known no better than what the first call takes longer', () => {
    const colds = repeated(21, (index) => ({ durationMs: 20 + 10 * index }));
    const { firstCallMs, totalMs } = phasesOf(partsOf(colds, { warm: [warm(70)], warmBeyondMs: [] }));
    expect(firstCallMs).toMatchObject({ value: 50, low: 0, high: 100 });
    expect(totalMs).toEqual({ value: 250, low: 200, high: 300, n: 21 });
    const few = phasesOf(partsOf(colds.slice(0, 5), { warm: [warm(10)], warmBeyondMs: [] }));
    expect(few.totalMs).toEqual({ value: 230, n: 5 });
  });

  test('compares calls of one CPU model, and leaves out those that failed', () => {
    const colds = [
      ...repeated(6, () => ({ cpuModel: 'Slow', durationMs: 70 })),
      ...repeated(6, () => ({ durationMs: 30 })),
      ...repeated(20, () => ({ durationMs: 1, hasFailed: true })),
    ];
    const parts = partsOf(colds, { warm: [warm(20), warm(40, { cpuModel: 'Slow' })], warmBeyondMs: [] });
    expect([0, 6, 12].map((index) => parts[index]!.penalty?.ms)).toEqual([30, 10, 10]);
    expect(phasesOf(parts).firstCallMs.n).toBe(12);
  });

  test('has no mean that grows with how uneven the work is', () => {
    // Work of 1 to 1,000 ms, equal for cold and warm calls.
    const works = Array.from({ length: 99 }, (_, index) => 1_000 ** (index / 98));
    const parts = partsOf(
      works.map((durationMs) => call({ durationMs })),
      { warm: [warm(works[49]!)], warmBeyondMs: [] },
    );
    const mean = parts.reduce((sum, { cost }) => sum + cost!.ms, 0) / parts.length;
    expect(mean).toBeCloseTo(200, 6);
  });

  test('is nothing where the initialisation was over before the call', () => {
    const ahead = call({ initType: 'proactive' });
    const [unseen] = partsOf([ahead], { warm: [], warmBeyondMs: [] });
    expect(unseen!.cost!.ms).toBe(0);
    const [seen] = partsOf([{ ...ahead, beyondMs: 9 }], { warm: [], warmBeyondMs: [5, 5, 5] });
    expect(seen).toMatchObject({ cost: { ms: 4 } });
    expect(seen!.platformMs).toBeUndefined();
  });

  test('is never below 0, nor is what the platform takes', () => {
    const ms = fc.integer({ min: 0, max: 2_000 });
    const some = fc.record(
      { durationMs: ms, initMs: ms, beyondMs: ms, hasFailed: fc.boolean() },
      { requiredKeys: ['durationMs', 'hasFailed'] },
    );
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 20 }),
        ms,
        fc.array(ms, { maxLength: 8 }),
        (told, median, beyond) => {
          const colds = told.map((one) => {
            const { initMs: _, ...bare } = call();
            return { ...bare, ...one };
          });
          const parts = partsOf(colds, { warm: [warm(median)], warmBeyondMs: beyond });
          for (const { cost, penalty } of parts) {
            expect(cost?.ms ?? 0).toBeGreaterThanOrEqual(0);
            expect(penalty?.ms ?? 0).toBeGreaterThanOrEqual(0);
          }
          const { platformMs, firstCallMs } = phasesOf(parts);
          expect(Math.min(platformMs.value ?? 0, platformMs.low ?? 0)).toBeGreaterThanOrEqual(0);
          const isTold = firstCallMs.low !== undefined && firstCallMs.high !== undefined;
          expect((firstCallMs.value ?? 0) >= 0 || isTold).toBe(true);
        },
      ),
    );
  });
});
