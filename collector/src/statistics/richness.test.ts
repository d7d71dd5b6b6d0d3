import { describe, expect, it } from 'vitest';
import { chapman, richness } from './richness.ts';
import { ofR, shareOf } from './test-fixtures.ts';

describe('richness', () => {
  it("agrees with vegan's estimateR", () => {
    for (const { counts, chao1, se } of ofR.chao) {
      expect(richness(counts).chao1).toBeCloseTo(chao1, 9);
      // If no kind was seen exactly once, vegan reports no error at all.
      const once = counts.includes(1);
      expect(once ? richness(counts).standardError : 0).toBeCloseTo(se, 9);
    }
  });

  it('bounds hosts that are as likely to be drawn', () => {
    const kinds = 30;
    const covered = shareOf(400, 3, (random) => {
      const counts = new Uint32Array(kinds);
      for (let draw = 0; draw < 60; draw += 1) counts[random.below(kinds)]! += 1;
      const { low, high } = richness(counts);
      return low <= kinds && kinds <= high;
    });
    expect(covered).toBeGreaterThan(0.92);
  });

  it('covers the coverage', () => {
    const kinds = 40;
    const covered = shareOf(400, 4, (random) => {
      const counts = new Uint32Array(kinds);
      for (let draw = 0; draw < 70; draw += 1) counts[random.below(kinds)]! += 1;
      const truth = counts.filter((count) => count > 0).length / kinds;
      const { coverageLow = 0, coverageHigh = 1 } = richness(counts);
      return coverageLow <= truth && truth <= coverageHigh;
    });
    expect(covered).toBeGreaterThan(0.89);
  });

  it('never falls below the number seen, and concludes nothing without data', () => {
    expect(richness([2, 2, 7]).low).toBeGreaterThanOrEqual(3);
    expect(richness([1, 1, 1])).toMatchObject({
      seen: 3,
      coverage: 0,
      low: expect.closeTo(3.3, 0) as number,
    });
    expect(richness([])).toEqual({ seen: 0, chao1: 0, standardError: 0, low: 0, high: 0, n: 0 });
    expect(richness([0, 0, 5, 0])).toMatchObject({ seen: 1, n: 5 });
  });
});

describe('chapman', () => {
  it('is (first + 1)(second + 1) / (both + 1) − 1', () => {
    const { value, low, high } = chapman(181, 159, 54);
    expect(value).toBeCloseTo((182 * 160) / 55 - 1, 9);
    expect(low).toBeGreaterThan(181 + 159 - 54);
    expect(high).toBeGreaterThan(value);
  });

  it('knows all when both samples are the same', () => {
    expect(chapman(9, 9, 9)).toMatchObject({ value: 9, standardError: 0, low: 9, high: 9 });
  });
});
