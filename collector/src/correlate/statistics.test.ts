import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countAtMost, quantile, wilson } from './statistics.ts';
import { estimateSurvival } from './survival.ts';

describe('wilson', () => {
  it('agrees with published values', () => {
    // Newcombe 1998, table I: 81/263 and 0/20.
    expect(wilson(81, 263).low).toBeCloseTo(0.2553, 4);
    expect(wilson(81, 263).high).toBeCloseTo(0.3662, 4);
    expect(wilson(0, 20)).toMatchObject({ low: 0, value: 0 });
    expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4);
  });

  it('says nothing of nothing', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1, n: 0 });
  });

  it('holds its value and stays in bounds', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (hits, misses) => {
        const { low, high, value = low } = wilson(hits, hits + misses);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(value).toBeGreaterThanOrEqual(low - 1e-12);
        expect(value).toBeLessThanOrEqual(high + 1e-12);
      }),
    );
  });
});

describe('order statistics', () => {
  it('take the nearest rank', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it('count as a filter would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 })),
        fc.integer({ min: -1, max: 21 }),
        (values, limit) => {
          const sorted = values.sort((a, b) => a - b);
          expect(countAtMost(sorted, limit)).toBe(sorted.filter((value) => value <= limit).length);
        },
      ),
    );
  });
});

describe('survival', () => {
  it('starts at one and only falls', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 1_000_000 }));
    fc.assert(
      fc.property(gaps, gaps, fc.array(fc.integer({ min: 0, max: 2_000_000 })), (reused, ended, at) => {
        const survival = estimateSurvival(reused, ended);
        const values = [...at].sort((a, b) => a - b).map(survival);
        for (const [index, value] of values.entries()) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(index === 0 ? 1 : (values[index - 1] as number) + 1e-12);
        }
      }),
    );
  });

  it('learns a fixed idle limit', () => {
    const reused = Array.from({ length: 200 }, (_, index) => index * 40);
    const ended = Array.from({ length: 30 }, (_, index) => 10_000 + index);
    const survival = estimateSurvival(reused, ended);
    expect(survival(7_900)).toBeGreaterThan(0.99);
    expect(survival(11_000)).toBeLessThan(0.05);
  });

  it('believes little without data', () => {
    const survival = estimateSurvival([], []);
    expect(survival(0)).toBe(1);
    expect(survival(30 * 60_000)).toBeCloseTo(0.5);
  });
});
