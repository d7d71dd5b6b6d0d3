import { describe, expect, it } from 'vitest';
import { deathPosterior, goneBeforeSteps, goneProbabilities } from './death-posterior.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import type { GradedObservation } from './evidence-builder.ts';
import { geometricEdges } from './time-grid.ts';
import { exponential, shareOf } from './test-fixtures.ts';
import type { DurationEvidence } from './duration-evidence.ts';

function one(observation: GradedObservation, edges?: Float64Array): DurationEvidence {
  const builder = new EvidenceBuilder({ ...(edges && { edges }) });
  builder.graded(observation);
  return builder.build();
}

const survivalOf = (evidence: DurationEvidence, at: (t: number) => number): Float64Array[] => [
  Float64Array.from(evidence.edges, at),
];

describe('deathPosterior', () => {
  it('puts death inside the evidence, by hand', () => {
    // Passed over at 10 with ratio .1, asked at 40; S(10) = .8, S(40) = .5.
    const evidence = one({ times: [10], levels: [0.1], until: 40 });
    const survival = [Float64Array.of(1, 0.8, 0.5)];
    const ended = 0.2 + 0.1 * 0.3;
    const alive = 0.1 * 0.5;
    const { gone, median } = deathPosterior(evidence, 0, survival);
    expect(gone).toBeCloseTo(ended / (ended + alive), 12);
    expect(goneProbabilities(evidence, survival)[0]).toBeCloseTo(ended / (ended + alive), 12);
    expect(median).toBeCloseTo((10 * (ended / 2)) / 0.2, 9);
    // Before the sign only the survival counts.
    expect([...goneBeforeSteps(evidence, 0, survival)].map((value) => Number(value.toFixed(12)))).toEqual([
      0.2,
    ]);
  });

  it('lets nothing die where everything survives', () => {
    const edges = geometricEdges(1, 10_000, 1.02);
    const sharp = (t: number): number => (t <= 600 ? 1 : t >= 660 ? 0 : (660 - t) / 60);
    // A weak sign at 11 s, a decisive one at 900 s.
    const evidence = one({ times: [11, 900], levels: [0.4, 0.0001], until: 3_600 }, edges);
    const { gone, low, high } = deathPosterior(evidence, 0, survivalOf(evidence, sharp));
    expect(gone).toBeGreaterThan(0.9999);
    expect(low).toBeGreaterThan(590);
    expect(high).toBeLessThan(675);
  });

  it('explains silence by the survival alone', () => {
    const evidence = one({ times: [], levels: [], until: 500 }, geometricEdges(1, 10_000, 1.02));
    const survival = survivalOf(evidence, (t) => 2 ** (-t / 250));
    expect(deathPosterior(evidence, 0, survival).gone).toBeCloseTo(0.75, 1);
    const young = one({ times: [], levels: [], until: 0 });
    expect(
      deathPosterior(
        young,
        0,
        survivalOf(young, () => 1),
      ),
    ).toEqual({ gone: 0 });
  });

  it('keeps a known end where the survival rules it out', () => {
    const builder = new EvidenceBuilder();
    builder.ended(10, 20);
    const evidence = builder.build();
    expect(
      deathPosterior(
        evidence,
        0,
        survivalOf(evidence, () => 1),
      ),
    ).toEqual({ gone: 1, low: 10, high: 20 });
  });

  it('covers, and says what comes true', () => {
    const edges = geometricEdges(1, 100_000, 1.03);
    let said = 0;
    let came = 0;
    let dead = 0;
    let covered = 0;
    shareOf(2_000, 5, (random) => {
      const life = exponential(random, 600);
      const look = exponential(random, 300);
      const until = look + exponential(random, 300);
      // Certainly passed over if gone, one time in five if alive.
      const passed = life < look || random.uniform() < 0.2;
      if (!passed) return true;
      const evidence = one({ times: [look], levels: [0.2], until }, edges);
      const {
        gone,
        low = 0,
        high = 0,
      } = deathPosterior(
        evidence,
        0,
        survivalOf(evidence, (t) => Math.exp(-t / 600)),
      );
      said += gone;
      if (life < until) {
        came += 1;
        dead += 1;
        if (low * 0.98 <= life && life <= high * 1.02) covered += 1;
      }
      return true;
    });
    expect(Math.abs(said / came - 1)).toBeLessThan(0.04);
    expect(covered / dead).toBeGreaterThan(0.93);
    expect(covered / dead).toBeLessThan(0.98);
  });
});
