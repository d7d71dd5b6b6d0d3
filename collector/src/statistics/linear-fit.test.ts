import { describe, expect, test } from 'vitest';
import { linearFit, seededRandom } from './index.ts';

describe('a line through points', () => {
  test("is that of Anscombe's first quartet", () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const fit = linearFit(x, y)!;
    expect(fit.intercept.value).toBeCloseTo(3.0001, 4);
    expect(fit.slope.value).toBeCloseTo(0.5001, 4);
    expect(fit.adjustedR2).toBeCloseTo(0.6295, 4);
  });

  test('has intervals that hold where the spread grows with x', () => {
    const random = seededRandom(9);
    let covered = 0;
    for (let run = 0; run < 1_000; run += 1) {
      const x = Array.from({ length: 60 }, () => 10 * random.uniform());
      const y = x.map((value) => 5 + 2 * value + (0.2 + value) * random.normal());
      const { slope } = linearFit(x, y)!;
      if (slope.low <= 2 && slope.high >= 2) covered += 1;
    }
    expect(covered / 1_000).toBeGreaterThan(0.93);
    expect(covered / 1_000).toBeLessThan(0.98);
  });

  test('does not exist for too few points, or for points above each other', () => {
    expect(linearFit([1, 2, 3], [1, 2, 3])).toBeUndefined();
    expect(linearFit([1, 1, 1, 1], [1, 2, 3, 4])).toBeUndefined();
  });
});
