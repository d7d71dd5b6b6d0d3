import { expect, it } from 'vitest';
import type { KeepWarmEntry } from './api/answers.ts';
import { avoidedAlways, intervals, keptAt, longestWithin, planOf } from './keep-warm-plan.ts';

const CURVE = [
  { idleMs: 200_000, kept: 1, low: 0.98, high: 1 },
  { idleMs: 300_000, kept: 0.5, low: 0.4, high: 0.6 },
  { idleMs: 400_000, kept: 0, low: 0, high: 0.1 },
];
const ADVISED = {
  advice: 'ping',
  pingIntervalMs: 200_000,
  concurrentPings: 2,
  pingsAMonth: 25_920,
  pingCostAMonth: 0.6,
  coldStartsAMonth: { n: 40, value: 100 },
  avoidedAMonth: { n: 40, value: 80, low: 70, high: 90 },
} as unknown as KeepWarmEntry;

it('reads the curve between its points, and from all at the start', () => {
  expect(keptAt(CURVE, 0)).toBe(1);
  expect(keptAt(CURVE, 100_000, 'low')).toBeCloseTo(0.99);
  expect(keptAt(CURVE, 250_000)).toBeCloseTo(0.75);
  expect(keptAt(CURVE, 900_000, 'high')).toBe(0.1);
});

it('is the answer itself at the advised interval', () => {
  const plan = planOf(CURVE, ADVISED, 200_000);
  expect(plan).toMatchObject({ atOnce: 2, pings: 25_920, cost: 0.6 });
  expect(plan!.avoided).toEqual({ value: 80, low: 70, high: 90 });
});

it('costs half at twice the interval, comes too late more often, and avoids less', () => {
  const plan = planOf(CURVE, ADVISED, 400_000)!;
  expect([plan.pings, plan.cost]).toEqual([12_960, 0.3]);
  expect(plan.late).toEqual({ value: 1, low: 0.9, high: 1 });
  // All are kept for the first half, and on average half of them for the second.
  expect(plan.avoided!.value).toBeCloseTo(60);
  expect(avoidedAlways(CURVE, ADVISED)).toBeCloseTo(80);
});

it('finds the longest interval within a target, by the lower end of the band', () => {
  expect(longestWithin(CURVE, 0.02)).toBe(200_000);
  expect(longestWithin(CURVE, 0.6)).toBe(300_000);
  expect(longestWithin([{ idleMs: 1000, kept: 0, low: 0, high: 0 }], 0.01)).toBeUndefined();
  expect(intervals(CURVE)).toEqual({ stepMs: 1000, mostMs: 400_000 });
});

it('tells nothing where nothing is advised', () => {
  const { pingIntervalMs: _, ...unknown } = ADVISED;
  expect(planOf(CURVE, unknown, 1000)).toBeUndefined();
});
