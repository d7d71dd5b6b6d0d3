import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isotonic } from './isotonic.ts';
import { largestDifference, ofPython } from './test-fixtures.ts';

const data = fc.array(fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.integer({ min: 0, max: 4 })), {
  maxLength: 40,
});

describe('isotonic', () => {
  it('agrees with scipy', () => {
    for (const { y, weights, increasing, decreasing } of ofPython.isotonic) {
      expect(largestDifference(isotonic(y, weights), increasing)).toBeLessThan(1e-10);
      expect(largestDifference(isotonic(y, weights, 'decreasing'), decreasing)).toBeLessThan(1e-10);
    }
  });

  it('only rises, keeps the weighted mean, and changes nothing the second time', () => {
    fc.assert(
      fc.property(data, (pairs) => {
        const y = pairs.map(([value]) => value);
        const weights = pairs.map(([, weight]) => weight);
        const fit = isotonic(y, weights);
        for (let index = 1; index < fit.length; index += 1) {
          expect(fit[index]!).toBeGreaterThanOrEqual(fit[index - 1]! - 1e-12);
        }
        const sum = (values: ArrayLike<number>): number =>
          weights.reduce((total, weight, index) => total + weight * values[index]!, 0);
        expect(sum(fit)).toBeCloseTo(sum(y), 8);
        expect(largestDifference(isotonic(fit, weights), fit)).toBeLessThan(1e-9);
      }),
    );
  });

  it('gives what has no weight the level of its neighbours', () => {
    expect([...isotonic([9, 1, -7, 3], [0, 1, 0, 1])]).toEqual([1, 1, 1, 3]);
    expect(isotonic([])).toHaveLength(0);
    expect([...isotonic([2], [0])]).toEqual([2]);
  });
});
