import { describe, expect, it } from 'vitest';
import { akaikeWeights } from './akaike.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { fitLaws } from './fit-law.ts';
import { averageDraws, averageSurvival, drawLaw } from './law-draws.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { ascending, quantile } from './sorted.ts';
import { exponential, shareOf } from './test-fixtures.ts';

function reusedOrGone(random: Random, halfLife: number, count: number): DurationEvidence {
  const builder = new EvidenceBuilder();
  for (let spell = 0; spell < count; spell += 1) {
    const life = exponential(random, halfLife / Math.LN2);
    const look = Math.ceil(exponential(random, halfLife));
    if (life > look) builder.alive(look);
    else builder.ended(0, look);
  }
  return builder.build();
}

describe('drawLaw', () => {
  it('covers a parameter with its draws', () => {
    const covered = shareOf(40, 8, (random) => {
      const evidence = reusedOrGone(random, 300, 150);
      const [fit] = fitLaws(evidence, ['exponential']);
      const draws = drawLaw(evidence, fit!, { draws: 250, seed: random.below(1e9) });
      const lives = draws.parameters.map(([life]) => life!).sort(ascending);
      return quantile(lives, 0.025)! <= 300 && 300 <= quantile(lives, 0.975)!;
    });
    expect(covered).toBeGreaterThanOrEqual(0.85);
  });

  it('takes a good share of its proposals and repeats itself by seed', () => {
    const evidence = reusedOrGone(seededRandom(2), 300, 150);
    for (const fit of fitLaws(evidence, ['weibull', 'soft-step', 'one-step', 'shifted-exponential'])) {
      const draws = drawLaw(evidence, fit);
      expect(draws.acceptance, fit.law).toBeGreaterThan(0.1);
      expect(draws.acceptance, fit.law).toBeLessThan(0.7);
      expect(drawLaw(evidence, fit)).toEqual(draws);
    }
  });
});

describe('averages of survival', () => {
  it('lie between what they average, and fall', () => {
    const evidence = reusedOrGone(seededRandom(3), 300, 60);
    const fits = fitLaws(evidence, ['exponential', 'weibull', 'halving']);
    const weights = akaikeWeights(fits);
    const tables = fits.map((fit) => averageDraws(evidence, fit, drawLaw(evidence, fit)));
    const [average] = averageSurvival(tables, weights);
    expect(average![0]).toBeCloseTo(1, 12);
    for (let edge = 1; edge < average!.length; edge += 1) {
      const own = tables.map(([table]) => table![edge]!);
      expect(average![edge]!).toBeGreaterThanOrEqual(Math.min(...own) - 1e-12);
      expect(average![edge]!).toBeLessThanOrEqual(Math.max(...own) + 1e-12);
      expect(average![edge]!).toBeLessThanOrEqual(average![edge - 1]! + 1e-12);
    }
  });

  it('keep a table for each batch size where one of them needs it', () => {
    const one = [Float64Array.of(1, 0.5)];
    const two = [Float64Array.of(1, 1), Float64Array.of(1, 0)];
    expect(averageSurvival([one, two], [0.5, 0.5])).toEqual([
      Float64Array.of(1, 0.75),
      Float64Array.of(1, 0.25),
    ]);
    expect(averageSurvival([one, two], [1, 0])).toEqual([Float64Array.of(1, 0.5)]);
  });
});

describe('akaikeWeights', () => {
  it('are exp(−ΔAIC / 2), summing to 1', () => {
    const weights = akaikeWeights([{ aic: 100 }, { aic: 101.2 }, { aic: 101.9 }, { aic: 103.5 }]);
    const terms = [1, Math.exp(-0.6), Math.exp(-0.95), Math.exp(-1.75)];
    const sum = terms.reduce((total, term) => total + term, 0);
    for (const [index, term] of terms.entries()) expect(weights[index]).toBeCloseTo(term / sum, 12);
  });

  it('drop what is below the least, and what has no score', () => {
    const weights = akaikeWeights([{ aic: 0 }, { aic: 20 }, { aic: NaN }], 0.03);
    expect(weights).toEqual([1, 0, 0]);
    expect(akaikeWeights([])).toEqual([]);
    expect(akaikeWeights([{ aic: Infinity }])).toEqual([0]);
  });
});
