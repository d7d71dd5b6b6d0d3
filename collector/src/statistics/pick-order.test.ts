import { describe, expect, it } from 'vitest';
import {
  comparePickRules,
  fitPickMixture,
  mixtureAgainstRandom,
  pickWeightInterval,
  rankTest,
} from './pick-order.ts';
import type { Picks } from './pick-order.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { ofPython, shareOf } from './test-fixtures.ts';

/** Choices from a mixture: most recent, least recent, affinity, else random. */
function choose(random: Random, count: number, most: number, least: number, affinity = 0): Required<Picks> {
  const picks = { ranks: [] as number[], candidates: [] as number[], affine: [] as number[] };
  for (let pick = 0; pick < count; pick += 1) {
    const m = 2 + random.below(6);
    const own = random.uniform() < 0.7 ? 1 + random.below(m) : 0;
    const rule = random.uniform();
    let rank = 1 + random.below(m);
    if (rule < most) rank = 1;
    else if (rule < most + least) rank = m;
    else if (rule < most + least + affinity && own > 0) rank = own;
    picks.ranks.push(rank);
    picks.candidates.push(m);
    picks.affine.push(own);
  }
  return picks;
}

describe('rankTest', () => {
  it('is the sum of ranks over its deviation', () => {
    expect(rankTest(ofPython.picks).z).toBeCloseTo(ofPython.picks.z, 9);
    // One pick of the first of two: u = −¼, variance 1/16.
    expect(rankTest({ ranks: [1], candidates: [2] }).z).toBeCloseTo(-1, 12);
    expect(rankTest({ ranks: [1, 1], candidates: [1, 1] })).toEqual({ n: 0 });
  });

  it('rejects random choices as often as it says', () => {
    const rejected = shareOf(1_000, 1, (random) => rankTest(choose(random, 200, 0, 0)).p! < 0.05);
    expect(rejected).toBeGreaterThan(0.03);
    expect(rejected).toBeLessThan(0.07);
  });
});

describe('fitPickMixture', () => {
  it('comes to the maximum that scipy finds', () => {
    const { weights, logLikelihood } = fitPickMixture(ofPython.picks)!;
    expect(logLikelihood).toBeCloseTo(ofPython.picks.logLikelihood, 5);
    const [most, least, random] = ofPython.picks.weights;
    expect(weights['most-recent']).toBeCloseTo(most, 3);
    expect(weights['least-recent']).toBeCloseTo(least, 3);
    expect(weights.random).toBeCloseTo(random, 3);
    expect(weights.affinity).toBe(0);
  });

  it('finds affinity by its keys', () => {
    const picks = choose(seededRandom(2), 2_000, 0, 0, 0.6);
    const { weights } = fitPickMixture(picks, ['most-recent', 'least-recent', 'random', 'affinity'])!;
    expect(weights.affinity).toBeGreaterThan(0.5);
    expect(comparePickRules(picks)[0]!.rule).toBe('affinity');
  });

  it('reads a strict order without slip, in a number of picks that is small', () => {
    const { ranks, candidates } = choose(seededRandom(3), 30, 1, 0);
    const [first, second] = comparePickRules({ ranks, candidates });
    expect(first).toMatchObject({ rule: 'most-recent' });
    expect(first!.slip).toBeLessThan(1e-6);
    expect(first!.logLikelihood - second!.logLikelihood).toBeGreaterThan(20);
    expect(comparePickRules({ ranks, candidates }).map(({ rule }) => rule)).not.toContain('affinity');
  });

  it('concludes nothing without data', () => {
    const none = { ranks: [1], candidates: [1] };
    expect(fitPickMixture(none)).toBeUndefined();
    expect(comparePickRules(none)).toEqual([]);
    expect(pickWeightInterval(none, 'most-recent')).toBeUndefined();
    expect(mixtureAgainstRandom(none)).toBeUndefined();
    expect(pickWeightInterval(ofPython.picks, 'affinity')).toBeUndefined();
  });
});

describe('pickWeightInterval', () => {
  it('covers a share', () => {
    const covered = shareOf(120, 4, (random) => {
      const { ranks, candidates } = choose(random, 300, 0.7, 0);
      const { low, high } = pickWeightInterval({ ranks, candidates }, 'most-recent')!;
      return low <= 0.7 && 0.7 <= high;
    });
    expect(covered).toBeGreaterThan(0.9);
    expect(covered).toBeLessThan(1);
  });

  it('reaches to the ends', () => {
    const { ranks, candidates } = choose(seededRandom(5), 100, 1, 0);
    const { value, low, high } = pickWeightInterval({ ranks, candidates }, 'most-recent')!;
    expect(value).toBeCloseTo(1, 6);
    expect(high).toBe(1);
    expect(low).toBeGreaterThan(0.9);
    expect(pickWeightInterval({ ranks, candidates }, 'least-recent')!.low).toBe(0);
  });
});

describe('mixtureAgainstRandom', () => {
  it('rarely mistakes chance for a rule, and does not miss a rule', () => {
    const wrong = shareOf(300, 6, (random) => {
      const { ranks, candidates } = choose(random, 200, 0, 0);
      return mixtureAgainstRandom({ ranks, candidates })!.p < 0.05;
    });
    expect(wrong).toBeLessThan(0.06);
    const { ranks, candidates } = choose(seededRandom(7), 200, 0.4, 0);
    expect(mixtureAgainstRandom({ ranks, candidates })!.p).toBeLessThan(1e-6);
  });
});
