import { describe, expect, it } from 'vitest';
import {
  binomialCdf,
  chiSquaredUpperTail,
  normalCdf,
  normalQuantile,
  tQuantile,
  twoSidedT,
  twoSidedZ,
} from './distributions.ts';
import { ofPython } from './test-fixtures.ts';

const { distributions } = ofPython;

describe('distributions', () => {
  it('agree with scipy', () => {
    for (const [p, want] of distributions.normalQuantile) expect(normalQuantile(p)).toBeCloseTo(want, 9);
    for (const [x, want] of distributions.normalCdf) expect(normalCdf(x)).toBeCloseTo(want, 11);
    for (const [p, df, want] of distributions.tQuantile) {
      expect(Math.abs(tQuantile(p, df) / want - 1)).toBeLessThan(1e-7);
    }
    for (const [x, df, want] of distributions.chiSquaredUpperTail) {
      expect(chiSquaredUpperTail(x, df)).toBeCloseTo(want, 10);
    }
    for (const [k, n, p, want] of distributions.binomialCdf)
      expect(binomialCdf(k, n, p)).toBeCloseTo(want, 8);
  });

  it('have ends', () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(chiSquaredUpperTail(0, 3)).toBe(1);
    expect(chiSquaredUpperTail(1e4, 1)).toBe(0);
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1]);
    expect(twoSidedZ(0.95)).toBeCloseTo(1.959963985, 9);
    expect(twoSidedT(0.95, 1e7)).toBeCloseTo(twoSidedZ(0.95), 5);
  });
});
