import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poisson, wilson } from './proportion.ts';
import { ofPython } from './test-fixtures.ts';

describe('poisson', () => {
  it('is the interval of means whose score is not significant', () => {
    // (events − mean)² = z² · mean at both ends.
    for (const events of [1, 10, 200]) {
      const { low, high } = poisson(events);
      for (const mean of [low, high]) expect((events - mean) ** 2 / mean).toBeCloseTo(1.959964 ** 2, 4);
    }
    expect(poisson(0).low).toBe(0);
    expect(poisson(0).high).toBeCloseTo(3.8415, 3);
  });
});

describe('wilson', () => {
  it('agrees with published values', () => {
    // Newcombe 1998, table I: 81/263 and 0/20.
    expect(wilson(81, 263).low).toBeCloseTo(0.2553, 4);
    expect(wilson(81, 263).high).toBeCloseTo(0.3662, 4);
    expect(wilson(0, 20)).toMatchObject({ low: 0, value: 0 });
    expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4);
  });

  it('agrees with statsmodels at other levels', () => {
    for (const [hits, n, level, low, high] of ofPython.wilson) {
      expect(wilson(hits, n, level).low).toBeCloseTo(low, 9);
      expect(wilson(hits, n, level).high).toBeCloseTo(high, 9);
    }
  });

  it('concludes nothing without data', () => {
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
