import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countAtMost } from './sorted.ts';
import { asEdges, edgeFinder, geometricEdges, nextDown } from './time-grid.ts';

describe('time grid', () => {
  it('rises by a ratio from 0 and the first to at least the last', () => {
    const edges = geometricEdges(1, 100, 1.04);
    expect([...edges.slice(0, 3)]).toEqual([0, 1, 1.04]);
    expect(edges.at(-1)).toBeGreaterThanOrEqual(100);
    expect(edges.at(-2)).toBeLessThan(100);
    expect([...geometricEdges(1, 8, 2)]).toEqual([0, 1, 2, 4, 8]);
    expect(() => geometricEdges(0, 5, 2)).toThrow(RangeError);
    expect(() => geometricEdges(1, 5, 1)).toThrow(RangeError);
  });

  it('finds the edge of a time as a search would', () => {
    const edges = asEdges(
      Float64Array.from([...geometricEdges(0.5, 5_000, 1.05), 17, 17.0001, 4_999, 9_000]),
    );
    const find = edgeFinder(edges);
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, max: 10_000, noNaN: true }), fc.constantFrom(...edges)),
        (time) => {
          expect(find(time)).toBe(countAtMost(edges, time) - 1);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(edgeFinder(Float64Array.of(0))(5)).toBe(0);
    expect(edgeFinder(Float64Array.of(0, 3))(5)).toBe(1);
  });

  it('knows the double below', () => {
    expect(nextDown(1)).toBe(1 - 2 ** -53);
    expect(nextDown(600)).toBeLessThan(600);
  });
});
