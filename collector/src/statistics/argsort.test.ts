import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsort } from './argsort.ts';

describe('argsort', () => {
  it('orders as comparing does, equal values as they came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9e9 })),
        fc.constantFrom(9e9, 1e3, 3),
        (numbers, span) => {
          const values = Float64Array.from(numbers, (value) => (value % span) / 8);
          if (values.length > 3) values[2] = Infinity;
          const wanted = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
          expect([...argsort(values)]).toEqual(wanted);
        },
      ),
    );
    // Nearly sorted.
    const late = Float64Array.from({ length: 2_000 }, (_, index) => index - (index % 17 === 0 ? 3 : 0));
    expect([...argsort(late)]).toEqual([...late.keys()].sort((a, b) => late[a]! - late[b]! || a - b));
    // All in a few buckets.
    const crowded = Float64Array.from({ length: 5_000 }, (_, index) =>
      index === 0 ? 1e12 : (index * 7_919) % 100,
    );
    const wanted = [...crowded.keys()].sort((a, b) => crowded[a]! - crowded[b]! || a - b);
    expect([...argsort(crowded)]).toEqual(wanted);
    expect(argsort(new Float64Array(0))).toHaveLength(0);
  });
});
