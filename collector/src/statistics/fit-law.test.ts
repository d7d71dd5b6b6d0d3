import { describe, expect, it } from 'vitest';
import type { DurationEvidence } from './duration-evidence.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import { fitLaws } from './fit-law.ts';
import { IDLE_LAWS, lawSurvival } from './idle-laws.ts';
import type { IdleLawName } from './idle-laws.ts';
import { leakPrior } from './law-likelihood.ts';
import { logit } from './log-space.ts';
import { logLikelihood } from './duration-evidence.ts';
import { exponential, ofPython } from './test-fixtures.ts';
import { seededRandom } from './random.ts';
import { geometricEdges } from './time-grid.ts';

function currentStatus({ rows, graded }: (typeof ofPython.laws)[number]): DurationEvidence {
  const builder = new EvidenceBuilder();
  for (const [time, batch, alive, gone] of rows) {
    builder.alive(time, alive, batch);
    builder.ended(0, time, gone, batch);
  }
  for (const [time, level, weight] of graded) {
    builder.graded({ times: [time], levels: [level], until: 5_000, weight });
  }
  return builder.build();
}

describe('fitLaws', () => {
  it("comes to the best of scipy's differential evolution, for every law on data of five", () => {
    for (const given of ofPython.laws) {
      const evidence = currentStatus(given);
      const fits = fitLaws(evidence);
      const best = Math.min(...fits.map(({ aic }) => aic));
      for (const fit of fits) {
        const posterior = fit.logLikelihood + leakPrior(logit(fit.leak));
        const want = given.fits[fit.law]!.logPosterior;
        // For a law that is far behind, the last digits are not computed.
        const slack = fit.aic > best + 100 ? 0.01 * Math.abs(want) : 0.1;
        expect(posterior, `${fit.law} on ${given.source}`).toBeGreaterThan(want - slack);
      }
      expect(fits.map(({ law }) => law)).toEqual(Object.keys(IDLE_LAWS));
    }
  });

  it('counts the likelihood as its tables do', () => {
    const evidence = currentStatus(ofPython.laws[3]!);
    for (const fit of fitLaws(evidence)) {
      const tables = lawSurvival(
        IDLE_LAWS[fit.law],
        fit.parameters,
        fit.leak,
        evidence.edges,
        evidence.batchSizes,
      );
      expect(logLikelihood(evidence, tables), fit.law).toBeCloseTo(fit.logLikelihood, 6);
    }
  });

  it("agrees with lifelines' Weibull and exponential on intervals", () => {
    const { lower, upper, weibull, exponential: plain } = ofPython.parametric;
    const builder = new EvidenceBuilder();
    for (const [index, from] of lower.entries()) builder.ended(from, upper[index] ?? Infinity);
    const [w, e] = fitLaws(builder.build(), ['weibull', 'exponential']);
    // Almost nothing is left for the leak to explain.
    expect(w!.leak).toBeLessThan(0.003);
    expect(w!.parameters[0]! / weibull.scale).toBeCloseTo(1, 2);
    expect(w!.parameters[1]! / weibull.shape).toBeCloseTo(1, 1);
    expect(Math.abs(w!.logLikelihood - weibull.logLikelihood)).toBeLessThan(0.3);
    expect(e!.parameters[0]! / plain.halfLife).toBeCloseTo(1, 2);
    expect(Math.abs(e!.logLikelihood - plain.logLikelihood)).toBeLessThan(0.3);
  });

  it('finds each law again from reuses and what was passed over', () => {
    const truths: Partial<Record<IdleLawName, readonly number[]>> = {
      'one-step': [600],
      'soft-step': [320, 22],
      'two-step': [300, 900, 0.4],
      exponential: [400],
      weibull: [500, 2],
    };
    for (const [name, parameters] of Object.entries(truths) as [IdleLawName, number[]][]) {
      const evidence = passive(name, parameters, 1_500);
      const [fit] = fitLaws(evidence, [name]);
      for (const [index, want] of parameters.entries()) {
        // Widths and shares are less precise than thresholds; scales of gradual laws are in between.
        const slack = index > 0 ? 0.25 : name === 'exponential' || name === 'weibull' ? 0.12 : 0.05;
        expect(Math.abs(fit!.parameters[index]! / want - 1), `${name} ${index}`).toBeLessThan(slack);
      }
      expect(fit!.leak).toBeLessThan(0.02);
    }
  });

  it('learns a leak', () => {
    const evidence = passive('one-step', [600], 1_500, 0.05);
    const [fit] = fitLaws(evidence, ['one-step']);
    expect(fit!.leak).toBeGreaterThan(0.035);
    expect(fit!.leak).toBeLessThan(0.065);
    expect(fit!.parameters[0]! / 600).toBeCloseTo(1, 1);
  });

  it('concludes nothing without data', () => {
    expect(fitLaws(new EvidenceBuilder().build())).toEqual([]);
    const builder = new EvidenceBuilder();
    builder.graded({ times: [], levels: [], until: 60 });
    expect(fitLaws(builder.build())).toEqual([]);
  });
});

/** Spells of a known law on a grid: reused after a time, or passed over by a cold start and never seen again. */
function passive(
  name: IdleLawName,
  parameters: readonly number[],
  count: number,
  leak = 0,
): DurationEvidence {
  const random = seededRandom(17);
  const survival = IDLE_LAWS[name].survival(parameters, 1);
  const builder = new EvidenceBuilder({ edges: geometricEdges(1, 50_000, 1.02), exactExtremes: 64 });
  for (let spell = 0; spell < count; spell += 1) {
    const level = random.uniform();
    const alive = (t: number): boolean => (1 - leak) * survival(t) > level;
    // Demand arrives at random; a cold start wrongly passes over a living sandbox once in 500 times.
    let seen = 0;
    let at = exponential(random, 200);
    while (alive(at) && random.uniform() < 0.3) {
      seen = at;
      at += exponential(random, 200);
    }
    const until = at + 20_000;
    if (alive(at)) builder.alive(at);
    else if (seen === 0) builder.graded({ times: [at], levels: [0.002], until });
    else builder.graded({ initial: 0, times: [seen, at], levels: [1, 0.002], until });
  }
  return builder.build();
}
