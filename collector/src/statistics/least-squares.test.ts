import { describe, expect, it } from 'vitest';
import { leastSquares } from './least-squares.ts';
import { contrast, meanDifference, meanInterval } from './mean-interval.ts';
import { seededRandom } from './random.ts';
import { twoGroups } from './two-groups.ts';

describe('least squares', () => {
  it('agrees with Anscombe’s first quartet', () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const { intercept, slope, adjustedRSquared } = leastSquares(x, y);
    // Anscombe, The American Statistician 27 (1973): 3.0001 (s.e. 1.1247), 0.5001 (0.1179), R² 0.6665.
    expect(intercept.value).toBeCloseTo(3.0001, 4);
    expect(slope.value).toBeCloseTo(0.5001, 4);
    expect((slope.high! - slope.low!) / 2 / 0.1179).toBeCloseTo(2.262, 2);
    expect((intercept.high! - intercept.low!) / 2 / 1.1247).toBeCloseTo(2.262, 2);
    expect(adjustedRSquared).toBeCloseTo(1 - (1 - 0.6665) * (10 / 9), 3);
  });

  it('estimates nothing from points above one another, and no interval from two', () => {
    expect(leastSquares([1, 1], [1, 2]).slope).toEqual({ n: 2 });
    expect(leastSquares([0, 1], [1, 3])).toEqual({
      intercept: { value: 1, n: 2 },
      slope: { value: 2, n: 2 },
      n: 2,
    });
  });
});

describe('means', () => {
  it('have Student’s interval', () => {
    const { value, low, high, standardDeviation } = meanInterval([1, 2, 3, 4, 5]);
    expect([value, standardDeviation]).toEqual([3, Math.sqrt(2.5)]);
    // t at 0.975 with 4 degrees of freedom is 2.776445.
    expect(high! - 3).toBeCloseTo((2.776445 * Math.sqrt(2.5)) / Math.sqrt(5), 5);
    expect(3 - low!).toBeCloseTo(high! - 3, 12);
    expect(meanInterval([])).toEqual({ n: 0 });
    expect(meanInterval([7])).toEqual({ value: 7, n: 1 });
  });

  it('differ by Welch’s interval, which covers as often as it says', () => {
    const random = seededRandom(1);
    let covered = 0;
    for (let turn = 0; turn < 2_000; turn += 1) {
      const first = Array.from({ length: 6 }, () => 3 + random.normal());
      const second = Array.from({ length: 15 }, () => 1 + 4 * random.normal());
      const { low, high } = meanDifference(first, second);
      if (low! <= 2 && high! >= 2) covered += 1;
    }
    expect(covered / 2_000).toBeGreaterThan(0.935);
    expect(covered / 2_000).toBeLessThan(0.965);
  });

  it('make effects of a factorial design', () => {
    const groups = [
      [9, 11],
      [4, 6],
      [3, 5],
      [1, 3],
    ];
    expect(contrast(groups, [0.5, 0.5, -0.5, -0.5]).value).toBe(4.5);
    expect(contrast(groups, [1, -1, -1, 1]).value).toBe(3);
    expect(contrast([[], [1]], [1, -1])).toEqual({ n: 1 });
  });
});

describe('two groups', () => {
  it.each([4, 6, 8, 12, 16, 20, 30, 60])('are rarely found in %i values of one group', (n) => {
    const random = seededRandom(n);
    const kinds = {
      narrow: () => 20 * Math.exp(0.3 * random.normal()),
      exponential: () => 1 - Math.log1p(-random.uniform()),
      'long tail': () => 5 + Math.exp(1.2 * random.normal()),
    };
    for (const [name, draw] of Object.entries(kinds)) {
      const samples = Array.from({ length: 1000 }, () => Array.from({ length: n }, draw));
      const found = samples.filter((values) => twoGroups(values) !== undefined).length;
      expect(found, name).toBeLessThan(40);
    }
  });

  it('are found where there are two, and not where there is one', () => {
    const random = seededRandom(5);
    const around = (middle: number, n: number) =>
      Array.from({ length: n }, () => middle * Math.exp(0.2 * random.normal()));
    const found = twoGroups([...around(10, 40), ...around(200, 8)]);
    expect(found).toMatchObject({ low: 40, high: 8 });
    expect(found!.threshold).toBeGreaterThan(15);
    expect(found!.threshold).toBeLessThan(150);
    for (let turn = 0; turn < 50; turn += 1) expect(twoGroups(around(10, 40))).toBeUndefined();
    // One slow call is not a group.
    expect(twoGroups([...around(10, 40), 400])).toBeUndefined();
    expect(twoGroups([1, 1, 1])).toBeUndefined();
    expect(twoGroups([0, 1, 2, 3])).toBeUndefined();
  });
});
