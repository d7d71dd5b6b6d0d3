import { describe, expect, it } from 'vitest';
import { clusterDifference, clusterProportion } from './cluster-proportion.ts';
import { twoSidedT } from './distributions.ts';
import { expit, logit } from './log-space.ts';
import { wilson } from './proportion.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { ofR, shareOf } from './test-fixtures.ts';

/** Cold and warm calls in blocks: in some blocks a burst causes many cold ones. */
function blocks(random: Random, count: number): { hits: number[]; trials: number[] } {
  const hits: number[] = [];
  const trials: number[] = [];
  for (let block = 0; block < count; block += 1) {
    const size = 5 + random.below(40);
    const share = random.uniform() < 0.3 ? 0.5 : 0.05;
    let cold = 0;
    for (let call = 0; call < size; call += 1) if (random.uniform() < share) cold += 1;
    hits.push(cold);
    trials.push(size);
  }
  return { hits, trials };
}
const TRUE_SHARE = 0.3 * 0.5 + 0.7 * 0.05;

describe('clusterProportion', () => {
  it('has the cluster-robust variance of R (sandwich)', () => {
    const { hits, trials, value, variance } = ofR.clusterProportion;
    const found = clusterProportion(hits, trials);
    expect(found.value).toBeCloseTo(value, 10);
    expect(found.designEffect).toBeCloseTo((variance * found.n) / (value * (1 - value)), 8);
    const half = (twoSidedT(0.95, found.effectiveClusters - 1) * Math.sqrt(variance)) / (value * (1 - value));
    expect(found.low).toBeCloseTo(expit(logit(value) - half), 8);
    expect(found.high).toBeCloseTo(expit(logit(value) + half), 8);
  });

  it('covers where trials come in bursts, and Wilson does not', () => {
    const covers = (low: number, high: number): boolean => low <= TRUE_SHARE && TRUE_SHARE <= high;
    const robust = shareOf(600, 1, (random) => {
      const { hits, trials } = blocks(random, 24);
      const { low, high } = clusterProportion(hits, trials);
      return covers(low, high);
    });
    expect(robust).toBeGreaterThan(0.93);
    expect(robust).toBeLessThan(0.985);
    const naive = shareOf(600, 1, (random) => {
      const { hits, trials } = blocks(random, 24);
      const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
      const { low, high } = wilson(sum(hits), sum(trials));
      return covers(low, high);
    });
    expect(naive).toBeLessThan(0.6);
  });

  it('is never narrower than Wilson', () => {
    const found = clusterProportion([1, 1, 1, 1, 1, 1], [4, 4, 4, 4, 4, 4]);
    const { low, high } = wilson(6, 24);
    expect(found).toMatchObject({ value: 0.25, low, high, designEffect: 0 });
  });

  it('counts clusters as single trials if their dependence cannot be estimated', () => {
    const none = clusterProportion([0, 0, 0, 0, 0, 0, 0, 0], [50, 50, 50, 50, 50, 50, 50, 50]);
    expect(none.low).toBe(0);
    expect(none.high).toBeCloseTo(wilson(0, 8).high, 12);
    expect(none.designEffect).toBeUndefined();
    const told = clusterProportion([0, 0], [200, 200], { assumedDesignEffect: 4 });
    expect(told.high).toBeCloseTo(wilson(0, 100).high, 12);
    expect(clusterProportion([2], [8]).high).toBeCloseTo(wilson(0.25, 1).high, 12);
  });

  it('concludes nothing without data, and ignores empty clusters', () => {
    expect(clusterProportion([], [])).toEqual({ low: 0, high: 1, n: 0, clusters: 0, effectiveClusters: 0 });
    expect(clusterProportion([1, 0, 3], [5, 0, 7])).toEqual(clusterProportion([1, 3], [5, 7]));
  });
});

describe('clusterDifference', () => {
  it('sees a difference only as often as it says where there is none', () => {
    const rejected = shareOf(600, 7, (random) => {
      const { p } = clusterDifference(blocks(random, 40), blocks(random, 40))!;
      return p < 0.05;
    });
    expect(rejected).toBeGreaterThan(0.025);
    expect(rejected).toBeLessThan(0.085);
  });

  it('sees one that is there', () => {
    const random = seededRandom(8);
    const fewer = blocks(random, 40);
    const { value, low, p } = clusterDifference(
      { ...fewer, hits: fewer.hits.map((hits) => Math.floor(hits / 4)) },
      blocks(random, 40),
    )!;
    expect(value).toBeGreaterThan(0.08);
    expect(low).toBeGreaterThan(0);
    expect(p).toBeLessThan(0.001);
  });

  it('needs clusters, hits and misses on both sides', () => {
    const some = { hits: [1, 2], trials: [9, 9] };
    expect(clusterDifference(some, { hits: [0, 0], trials: [9, 9] })).toBeUndefined();
    expect(clusterDifference({ hits: [1], trials: [9] }, some)).toBeUndefined();
  });
});
