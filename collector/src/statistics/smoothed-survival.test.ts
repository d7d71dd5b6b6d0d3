import { describe, expect, it } from 'vitest';
import { logLikelihood } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import { expectedDeaths } from './expected-deaths.ts';
import { kaplanMeier, survivalAt } from './kaplan-meier.ts';
import { seededRandom } from './random.ts';
import { smoothedSurvival } from './smoothed-survival.ts';
import { exponential, largestDifference, ofR } from './test-fixtures.ts';
import { geometricEdges } from './time-grid.ts';
import { turnbull } from './turnbull.ts';

const priorOf = (evidence: DurationEvidence, halfLife = 1_800): Float64Array =>
  Float64Array.from(evidence.edges, (edge) => 2 ** (-edge / halfLife));

/** Spells with exponential survival: reused, or inspected some time later. */
function spells(mean: number, count: number, edges: Float64Array): DurationEvidence {
  const random = seededRandom(11);
  const builder = new EvidenceBuilder({ edges });
  for (let spell = 0; spell < count; spell += 1) {
    const life = exponential(random, mean);
    const look = exponential(random, mean);
    const again = look + exponential(random, mean);
    if (life > again) builder.alive(again);
    else if (life > look) builder.ended(look, again);
    else builder.graded({ times: [look], levels: [0.001], until: 100 * mean });
  }
  return builder.build();
}

describe('expectedDeaths', () => {
  it('shares an observation out as the survival says', () => {
    const builder = new EvidenceBuilder();
    builder.ended(1, 3);
    builder.graded({ times: [2], levels: [0.5], until: 4 });
    builder.alive(2);
    const evidence = builder.build();
    const survival = Float64Array.of(1, 0.8, 0.6, 0.3, 0.2);
    const { deaths, atRisk } = expectedDeaths(evidence, survival);
    // Graded: .4 up to 2, then .5 · .3 and .5 · .1 to 4, alive .5 · .2.
    const z = 0.4 + 0.5 * 0.4 + 0.5 * 0.2;
    expect([...deaths].map((value) => Number(value.toFixed(12)))).toEqual(
      [0.2 / z, 0.4 + 0.2 / z, 0.6 + 0.15 / z, 0.05 / z, 0].map((value) => Number(value.toFixed(12))),
    );
    expect(logLikelihood(evidence, [survival])).toBeCloseTo(Math.log(0.5) + Math.log(z) + Math.log(0.6), 12);
    expect(atRisk[0]).toBe(3);
    expect(atRisk[2]).toBeCloseTo(3 - 0.2 / z - 0.4 - 0.2 / z - 1, 12);
    expect(atRisk[4]).toBeCloseTo(0, 12);
  });
});

describe('smoothedSurvival', () => {
  it('is the product limit without smoothing and prior', () => {
    const { time, status, weights } = ofR.kaplanMeier.weighted;
    const builder = new EvidenceBuilder();
    for (const [index, at] of time.entries()) {
      if (status[index]) builder.ended(at, at, weights[index]);
      else builder.alive(at, weights[index]);
    }
    const evidence = builder.build();
    const found = smoothedSurvival(evidence, {
      prior: priorOf(evidence, 40),
      // Exact ends are in bins of almost zero width, where the prior has no mass.
      start: Float64Array.from(evidence.edges, (_, index) => 1 - index / evidence.edges.length),
      priorWeight: 0,
      passes: 0,
      tolerance: 1e-12,
    });
    const steps = kaplanMeier({ durations: time, ended: status, weights });
    const want = Float64Array.from(evidence.edges, (edge) => survivalAt(steps, edge));
    expect(largestDifference(found.survival, want)).toBeLessThan(1e-9);
    expect(found.expectedDeaths).toBeCloseTo(
      steps.ends.reduce((sum, ends) => sum + ends, 0),
      6,
    );
  });

  it('comes near the truth, nearer than the maximum-likelihood estimate', () => {
    const edges = geometricEdges(1, 20_000, 1.04);
    const evidence = spells(600, 1_500, edges);
    const found = smoothedSurvival(evidence, { prior: priorOf(evidence) });
    const rough = turnbull(evidence)!;
    expect(found.converged).toBe(true);
    const errorOf = (survival: Float64Array): number =>
      evidence.edges.reduce((sum, edge, index) => {
        const truth = Math.exp(-edge / 600);
        return truth > 0.1 ? sum + (survival[index]! - truth) ** 2 : sum;
      }, 0);
    expect(errorOf(found.survival)).toBeLessThan(0.7 * errorOf(rough.survival));
    const likely = evidence.edges.filter((edge) => Math.exp(-edge / 600) > 0.1);
    const truth = likely.map((edge) => Math.exp(-edge / 600));
    expect(largestDifference(found.survival.slice(0, likely.length), truth)).toBeLessThan(0.06);
  });

  it('is the prior where nothing was seen', () => {
    const edges = geometricEdges(1, 10_000, 1.04);
    const builder = new EvidenceBuilder({ edges });
    for (let spell = 0; spell < 500; spell += 1) builder.alive(20);
    const evidence = builder.build();
    const { survival } = smoothedSurvival(evidence, { prior: priorOf(evidence) });
    const at = (time: number): number => survival[evidence.edges.findIndex((edge) => edge >= time)]!;
    expect(at(20)).toBeGreaterThan(0.999);
    expect(at(1_800)).toBeGreaterThan(0.45);
    expect(at(1_800)).toBeLessThan(0.55);
  });

  it('needs few iterations from a former estimate', () => {
    const evidence = spells(600, 400, geometricEdges(1, 20_000, 1.04));
    const first = smoothedSurvival(evidence, { prior: priorOf(evidence) });
    const again = smoothedSurvival(evidence, { prior: priorOf(evidence), start: first.survival });
    expect(first.iterations).toBeGreaterThan(20);
    expect(again.iterations).toBeLessThan(10);
  });
});
