import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { largestDifference, ofR } from './test-fixtures.ts';

describe('benjaminiHochberg', () => {
  it("agrees with R's p.adjust", () => {
    const { p, adjusted } = ofR.benjaminiHochberg;
    expect(largestDifference(benjaminiHochberg(p), adjusted)).toBeLessThan(1e-11);
  });

  it('keeps the order, and only raises', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (p) => {
        const adjusted = benjaminiHochberg(p);
        const order = [...p.keys()].sort((a, b) => p[a]! - p[b]!);
        for (const [place, index] of order.entries()) {
          const next = order[place + 1] ?? index;
          expect(adjusted[index]!).toBeGreaterThanOrEqual(p[index]!);
          expect(adjusted[index]!).toBeLessThanOrEqual(adjusted[next]!);
          expect(adjusted[index]!).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
    expect(benjaminiHochberg([])).toHaveLength(0);
  });
});
