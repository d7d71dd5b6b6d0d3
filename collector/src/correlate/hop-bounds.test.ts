import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundHops } from './hop-bounds.ts';
import type { PlacedCall } from './hop-bounds.ts';

const call = (host: string | undefined, startMs: number, endMs: number): PlacedCall => ({
  host,
  startMs,
  endMs,
});

/** Hops of every order in which a call that ended before another started comes first. */
function allHops(calls: readonly PlacedCall[]): number[] {
  const counts: number[] = [];
  const visit = (left: readonly PlacedCall[], last: PlacedCall | undefined, hops: number): void => {
    if (left.length === 0) counts.push(hops);
    for (const next of left) {
      if (left.some((other) => other !== next && other.endMs <= next.startMs && !isBefore(next, other)))
        continue;
      const isHop = last?.host !== undefined && next.host !== undefined && last.host !== next.host;
      visit(
        left.filter((other) => other !== next),
        next,
        hops + (isHop ? 1 : 0),
      );
    }
  };
  const isBefore = (a: PlacedCall, b: PlacedCall): boolean => a.endMs <= b.startMs;
  visit(calls, undefined, 0);
  return counts;
}

describe('bounds of hops', () => {
  it('are the count itself where nothing overlaps', () => {
    const calls = ['A', 'A', 'B', 'A'].map((host, at) => call(host, at * 10, at * 10 + 5));
    expect(boundHops(calls)).toEqual({ low: 2, high: 2 });
  });

  it('open for a burst whose order is not known', () => {
    const burst = ['A', 'B', 'A', 'B'].map((host, at) => call(host, at, 100));
    expect(boundHops(burst)).toEqual({ low: 1, high: 3 });
    expect(
      boundHops([
        call('A', 0, 5),
        ...burst.map(({ host, startMs, endMs }) => call(host, startMs + 10, endMs)),
      ]),
    ).toEqual({
      low: 1,
      high: 4,
    });
  });

  it('keep what is certain inside a long run of overlaps', () => {
    // Each overlaps only its neighbour: A comes before the successor of the second A, and so on.
    const chain = ['A', 'B', 'C', 'A', 'B', 'C'].map((host, at) => call(host, at * 10, at * 10 + 15));
    expect(boundHops(chain).low).toBeGreaterThanOrEqual(2);
  });

  it('are empty without calls, and guess nothing of unknown hosts', () => {
    expect(boundHops([])).toEqual({ low: 0, high: 0 });
    expect(boundHops([call('A', 0, 1), call(undefined, 2, 3), call('B', 4, 5)])).toEqual({ low: 0, high: 0 });
  });

  it('hold for every order that agrees with time', () => {
    const anyCall = fc.record({
      host: fc.constantFrom('A', 'B', 'C', undefined),
      startMs: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 1, max: 15 }),
    });
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 1, maxLength: 6 }), (given) => {
        const calls = given
          .map(({ host, startMs, length }) => call(host, startMs, startMs + length))
          .sort((a, b) => a.startMs - b.startMs);
        const { low, high } = boundHops(calls);
        const counts = allHops(calls);
        expect(low).toBeLessThanOrEqual(Math.min(...counts));
        expect(high).toBeGreaterThanOrEqual(Math.max(...counts));
      }),
      { numRuns: 300 },
    );
  });
});
