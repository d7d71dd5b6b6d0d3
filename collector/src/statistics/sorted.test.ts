import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending, countAtMost, countBelow, quantile } from './sorted.ts';

describe('sorted lists', () => {
  it('have quantiles by nearest rank', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it('are counted as a filter would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 })),
        fc.integer({ min: -1, max: 21 }),
        (values, limit) => {
          const sorted = values.sort(ascending);
          expect(countAtMost(sorted, limit)).toBe(sorted.filter((value) => value <= limit).length);
          expect(countBelow(sorted, limit)).toBe(sorted.filter((value) => value < limit).length);
        },
      ),
    );
  });
});
