import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goodbye, invocation, livesOf } from './test-lives.ts';

const lostOf = (ordinals: readonly number[], lastOrdinal?: number): number => {
  const invocations = ordinals.map((ordinal) =>
    invocation({ sandboxId: 'a', startMs: ordinal * 100, ordinal }),
  );
  const ends = lastOrdinal === undefined ? [] : [goodbye({ sandboxId: 'a', timeMs: 1e9, lastOrdinal })];
  return livesOf(invocations, ends)[0]?.lost ?? 0;
};

describe('lifelines', () => {
  it('counts what is missing between the first and the last ordinal seen', () => {
    expect(lostOf([1, 2, 3])).toBe(0);
    expect(lostOf([1, 3, 7])).toBe(4);
    // The window may begin in the middle of a lifetime: earlier invocations are not lost.
    expect(lostOf([5, 6])).toBe(0);
  });

  it('counts the invocations a goodbye tells of', () => {
    expect(lostOf([1, 2, 3], 5)).toBe(2);
    expect(lostOf([1, 2, 3], 3)).toBe(0);
    expect(lostOf([1, 2, 3], 2)).toBe(0);
  });

  it('finds exactly what was dropped from a run of ordinals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.array(fc.nat()), (n, picks) => {
        const dropped = new Set(picks.map((pick) => 2 + (pick % n)).filter((ordinal) => ordinal < n));
        const seen = Array.from({ length: n }, (_, index) => index + 1).filter(
          (ordinal) => !dropped.has(ordinal),
        );
        expect(lostOf(seen)).toBe(dropped.size);
      }),
    );
  });

  it('counts each process for itself', () => {
    const [life] = livesOf([
      invocation({ sandboxId: 'a', startMs: 0, ordinal: 1 }),
      invocation({ sandboxId: 'a', startMs: 100, ordinal: 2 }),
      invocation({ sandboxId: 'a', startMs: 200, ordinal: 1, processStartTicks: '2' }),
      invocation({ sandboxId: 'a', startMs: 300, ordinal: 3, processStartTicks: '2' }),
    ]);
    expect(life).toMatchObject({ lost: 1, restarts: 1 });
  });

  it('end with the latest end, also when invocations overlap', () => {
    const [life] = livesOf([
      invocation({ sandboxId: 'a', startMs: 0, endMs: 1000 }),
      invocation({ sandboxId: 'a', startMs: 100, endMs: 200 }),
    ]);
    expect(life?.lastEndMs).toBe(1000);
  });
});
