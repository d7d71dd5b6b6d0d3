import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expit, logit, logSumExp, timesLog } from './log-space.ts';

describe('log space', () => {
  it('adds what would overflow', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logSumExp([-1000, -1001])).toBeCloseTo(-1000 + Math.log1p(Math.exp(-1)), 12);
    expect(logSumExp([])).toBe(-Infinity);
    expect(logSumExp([-Infinity, 2])).toBe(2);
  });

  it('treats 0 · ln 0 as 0', () => {
    expect(timesLog(0, 0)).toBe(0);
    expect(timesLog(2, Math.E)).toBe(2);
  });

  it('goes to logits and back', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
        expect(logit(expit(x))).toBeCloseTo(x, 2);
        expect(expit(x) + expit(-x)).toBeCloseTo(1, 12);
      }),
    );
    expect(expit(-1000)).toBe(0);
    expect(expit(1000)).toBe(1);
  });
});
