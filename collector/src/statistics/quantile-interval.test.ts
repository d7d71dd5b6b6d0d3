import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileInterval, quantileIntervalOfCounts, quantileRanks } from './quantile-interval.ts';
import { exponential, ofPython, shareOf } from './test-fixtures.ts';

describe('quantileInterval', () => {
  it('has the ranks of scipy', () => {
    for (const [n, q, low, high] of ofPython.quantileRanks) {
      expect(quantileRanks(n, q), `${n} ${q}`).toEqual({ ...(low && { low }), ...(high && { high }) });
    }
  });

  it('has the usual ranks for medians', () => {
    const table: [n: number, low: number, high: number][] = [
      [6, 1, 6],
      [10, 2, 9],
      [20, 6, 15],
      [31, 10, 22],
      [50, 18, 33],
      [70, 27, 44],
    ];
    for (const [n, low, high] of table) expect(quantileRanks(n, 0.5), String(n)).toEqual({ low, high });
  });

  it('goes over to the normal ranks without a jump', () => {
    const exact = quantileRanks(2_000, 0.9);
    const normal = quantileRanks(2_001, 0.9);
    expect(Math.abs(exact.low! - normal.low!)).toBeLessThanOrEqual(2);
    expect(Math.abs(exact.high! - normal.high!)).toBeLessThanOrEqual(2);
  });

  it('leaves out a bound that so few values cannot give', () => {
    expect(quantileInterval([1, 2, 3], 0.5)).toEqual({ value: 2, n: 3 });
    expect(quantileInterval([], 0.5)).toEqual({ n: 0 });
    const p99 = quantileInterval(
      Array.from({ length: 300 }, (_, index) => index),
      0.99,
    );
    expect(p99.low).toBeDefined();
    expect(p99.high).toBeUndefined();
  });

  it('covers the median and the p95', () => {
    for (const q of [0.5, 0.95]) {
      const truth = -Math.log(1 - q);
      const covered = shareOf(1_000, 3, (random) => {
        const values = Float64Array.from({ length: 120 }, () => exponential(random, 1)).sort();
        const { low = -Infinity, high = Infinity } = quantileInterval(values, q);
        return low <= truth && truth <= high;
      });
      expect(covered).toBeGreaterThan(0.94);
      expect(covered).toBeLessThan(0.99);
    }
  });

  it('is the same of counts as of the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, q) => {
          const values = Float64Array.from(list).sort();
          const distinct = [...new Set(values)];
          const counts = distinct.map((value) => list.filter((other) => other === value).length);
          expect(quantileIntervalOfCounts(distinct, counts, q)).toEqual(quantileInterval(values, q));
        },
      ),
    );
  });
});
