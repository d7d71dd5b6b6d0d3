import { describe, expect, it } from 'vitest';
import { permutationTest } from './permutation.ts';
import { seededRandom } from './random.ts';
import { ofPython, shareOf } from './test-fixtures.ts';

/** Difference of the means of the values labelled 1 and 0. */
const difference =
  (values: readonly number[]) =>
  (labels: Int32Array): number => {
    const sums = [0, 0];
    const counts = [0, 0];
    for (const [index, label] of labels.entries()) {
      sums[label]! += values[index]!;
      counts[label]! += 1;
    }
    return sums[1]! / counts[1]! - sums[0]! / counts[0]!;
  };

describe('permutationTest', () => {
  const { values, labels, strata, statistic, greater, twoSided } = ofPython.permutation;

  it('comes to the p of all permutations inside strata', () => {
    const permutations = 20_000;
    for (const [alternative, want] of [
      ['greater', greater],
      ['two-sided', twoSided],
      ['less', 1],
    ] as const) {
      const test = permutationTest(labels, difference(values), { strata, alternative, permutations })!;
      expect(test.statistic).toBeCloseTo(statistic, 12);
      expect(Math.abs(test.p - want)).toBeLessThan(4 * Math.sqrt((want * (1 - want)) / permutations) + 1e-4);
    }
  });

  it('finds an effect only as often as it says when there is none', () => {
    const rejected = shareOf(400, 9, (random) => {
      const noise = Array.from({ length: 24 }, (_, index) => random.normal() + (index < 12 ? 5 : 0));
      const own = noise.map((_, index) => (index % 3 === 0 ? 1 : 0));
      const hours = noise.map((_, index) => (index < 12 ? 0 : 1));
      return (
        permutationTest(own, difference(noise), { strata: hours, permutations: 99, seed: random.below(1e9) })!
          .p <= 0.1
      );
    });
    expect(rejected).toBeGreaterThan(0.06);
    expect(rejected).toBeLessThan(0.14);
  });

  it('does not see the order inside a label', () => {
    const random = seededRandom(4);
    const data = Array.from({ length: 12 }, () => random.uniform());
    const sides = data.map((_, index) => index % 2);
    const turned = data.map((_, index) => data[(index + 2) % 12]!);
    expect(difference(turned)(Int32Array.from(sides))).toBeCloseTo(
      difference(data)(Int32Array.from(sides)),
      12,
    );
    expect(permutationTest(sides, difference(data))).toEqual(permutationTest(sides, difference(data)));
  });

  it('has nothing to test where labels cannot change places', () => {
    expect(permutationTest([1, 1, 2, 2], () => 0, { strata: [0, 0, 1, 1] })).toBeUndefined();
    expect(permutationTest([], () => 0)).toBeUndefined();
  });
});
