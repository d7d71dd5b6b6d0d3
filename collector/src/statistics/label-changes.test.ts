import { describe, expect, it } from 'vitest';
import { labelChanges } from './label-changes.ts';
import { permutationTest } from './permutation.ts';
import { seededRandom } from './random.ts';

const changesOf = (labels: ArrayLike<number>, breaks: ReadonlySet<number> = new Set()): number => {
  let changes = 0;
  for (let at = 1; at < labels.length; at += 1)
    if (!breaks.has(at) && labels[at] !== labels[at - 1]) changes += 1;
  return changes;
};
const countsOf = (labels: readonly number[]): number[] =>
  [...new Set(labels)].map((label) => labels.filter((one) => one === label).length);

describe('labelChanges', () => {
  it('has the moments of Wald and Wolfowitz for two kinds', () => {
    const [a, b] = [15, 10];
    const n = a + b;
    const runs = (2 * a * b) / n + 1;
    const variance = (2 * a * b * (2 * a * b - n)) / (n * n * (n - 1));
    const found = labelChanges([a, b], n - 1, 5)!;
    expect(found.expected * (n - 1)).toBeCloseTo(runs - 1, 10);
    const half = 1.959964 * Math.sqrt(variance) + 0.5;
    expect((found.high - found.expected) * (n - 1)).toBeCloseTo(half, 5);
    expect((found.expected - found.low) * (n - 1)).toBeCloseTo(half, 5);
  });

  it('agrees with permutations, also where the sequence is in pieces', () => {
    const random = seededRandom(3);
    for (const breaks of [new Set<number>(), new Set([10, 20, 30])]) {
      const labels = Array.from({ length: 40 }, () => Math.floor(random.uniform() ** 2 * 4));
      const sticky = labels.map((label, at) => (at % 4 === 1 ? labels[at - 1]! : label));
      const pairs = labels.length - 1 - breaks.size;
      const found = labelChanges(countsOf(sticky), pairs, changesOf(sticky, breaks))!;
      const permuted = permutationTest(sticky, (order) => changesOf(order, breaks), {
        permutations: 20_000,
        alternative: 'two-sided',
      })!;
      expect(found.expected * pairs).toBeCloseTo(permuted.expected, 0);
      expect(Math.abs(Math.log(found.p / permuted.p))).toBeLessThan(0.5);
    }
  });

  it('holds what independent labels give 95 times of 100', () => {
    const random = seededRandom(5);
    let held = 0;
    const turns = 2000;
    for (let turn = 0; turn < turns; turn += 1) {
      const labels = Array.from({ length: 50 }, () => random.below(5));
      const changes = changesOf(labels);
      const { low, high } = labelChanges(countsOf(labels), 49, changes)!;
      if (changes / 49 >= low && changes / 49 <= high) held += 1;
    }
    expect(held / turns).toBeGreaterThan(0.94);
    expect(held / turns).toBeLessThan(0.985);
  });

  it('concludes nothing from one label, or from few', () => {
    expect(labelChanges([50], 49, 0)).toBeUndefined();
    expect(labelChanges([], 0, 0)).toBeUndefined();
    expect(labelChanges([2, 2], 3, 1)).toBeUndefined();
  });
});
