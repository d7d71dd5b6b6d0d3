import { describe, expect, test } from 'vitest';
import { permutationTest, seededRandom, stratifiedAssociation } from './index.ts';

describe('association within strata', () => {
  test('has the mean and variance of all permutations', () => {
    const random = seededRandom(3);
    const n = 80;
    const x = Array.from({ length: n }, () => random.uniform());
    const y = x.map((value) => 0.3 * value + random.uniform());
    const found = stratifiedAssociation(x, y, new Int32Array(n))!;
    // One stratum without ties: the z of Spearman's rank correlation.
    const rank = (values: readonly number[]): number[] =>
      values.map((value) => values.filter((other) => other < value).length);
    const [a, b] = [rank(x), rank(y)];
    const mean = (n - 1) / 2;
    const cov = a.reduce((sum, ra, at) => sum + (ra - mean) * (b[at]! - mean), 0);
    const rho = cov / a.reduce((sum, ra) => sum + (ra - mean) ** 2, 0);
    expect(found.z).toBeCloseTo(rho * Math.sqrt(n - 1), 9);
    const drawn = permutationTest(
      Int32Array.from(a, (_, at) => at),
      (order) => order.reduce((sum, from, at) => sum + (a[at]! - mean) * (b[from]! - mean), 0),
      { permutations: 4_999 },
    )!;
    expect(Math.abs(drawn.p - found.p)).toBeLessThan(0.01);
  });

  test('is not fooled by what differs between strata', () => {
    const random = seededRandom(5);
    let low = 0;
    for (let run = 0; run < 400; run += 1) {
      const strata = Array.from({ length: 120 }, (_, unit) => unit % 10);
      const x = strata.map((stratum) => stratum + random.normal());
      const y = strata.map((stratum) => 3 * stratum + random.normal());
      if (stratifiedAssociation(x, y, strata)!.p < 0.05) low += 1;
    }
    expect(low / 400).toBeLessThan(0.08);
    expect(low / 400).toBeGreaterThan(0.02);
  });

  test('is not fooled by units that follow each other', () => {
    const random = seededRandom(6);
    const series = (n: number): number[] => {
      let value = random.normal();
      return Array.from({ length: n }, () => (value = 0.7 * value + Math.sqrt(1 - 0.49) * random.normal()));
    };
    let low = 0;
    for (let run = 0; run < 300; run += 1) {
      const x = Array.from({ length: 24 }, () => series(12)).flat();
      const y = Array.from({ length: 24 }, () => series(12)).flat();
      const strata = x.map((_, unit) => Math.floor(unit / 12));
      if (stratifiedAssociation(x, y, strata, { isClustered: true })!.p < 0.05) low += 1;
    }
    expect(low / 300).toBeLessThan(0.07);
    expect(low / 300).toBeGreaterThan(0.02);
  });

  test('of few units is drawn, and of what does not vary is none', () => {
    const few = stratifiedAssociation([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7], new Int8Array(7))!;
    // One permutation of 5,040 is as extreme.
    expect(few.p).toBeLessThan(0.004);
    expect(stratifiedAssociation([1, 1, 1], [1, 2, 3], [0, 0, 0])).toBeUndefined();
    expect(stratifiedAssociation([], [], [])).toBeUndefined();
  });
});
