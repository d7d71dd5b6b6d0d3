import { describe, expect, it } from 'vitest';
import { additiveHazards, agedSurvival } from './additive-hazards.ts';
import type { AgedSpells } from './additive-hazards.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import { seededRandom } from './random.ts';
import { smoothedSurvival } from './smoothed-survival.ts';
import { exponential } from './test-fixtures.ts';
import { geometricEdges } from './time-grid.ts';

const TEN_MINUTES = 600;
const EDGES = geometricEdges(1, 20_000, 1.1);
const AGE_EDGES = Float64Array.from({ length: 19 }, (_, index) => index * TEN_MINUTES);
const AGE_BINS = AGE_EDGES.length - 1;

/** Busy sandboxes, called about once in 100 s, that are recycled between 100 and 130 minutes; some also idle out. */
function recycled(seed: number, idleMean: number): { spells: AgedSpells[]; busyTime: Float64Array } {
  const random = seededRandom(seed);
  const builders = new Map<number, EvidenceBuilder>();
  const busyTime = new Float64Array(AGE_BINS);
  for (let sandbox = 0; sandbox < 150; sandbox += 1) {
    const limit = 6_000 + 1_800 * random.uniform();
    for (let age = 0; ;) {
      const busyUntil = age + 5;
      busyTime[Math.min(AGE_BINS - 1, Math.floor(age / TEN_MINUTES))]! += 5;
      const bin = Math.min(AGE_BINS - 1, Math.floor(busyUntil / TEN_MINUTES));
      let builder = builders.get(bin);
      if (!builder) builders.set(bin, (builder = new EvidenceBuilder({ edges: EDGES })));
      const idle = exponential(random, idleMean);
      const gap = exponential(random, 100);
      if (idle < gap || busyUntil + gap > limit) {
        builder.graded({ times: [gap], levels: [0.002], until: 15_000 });
        break;
      }
      builder.alive(gap);
      age = busyUntil + gap;
    }
  }
  const spells = [...builders].map(([bin, builder]) => ({
    age: (bin + 0.5) * TEN_MINUTES,
    evidence: builder.build(),
  }));
  return { spells, busyTime };
}

const prior = Float64Array.from(
  new EvidenceBuilder({ edges: EDGES }).build().edges,
  (edge) => 2 ** (-edge / 1_800),
);
const agePrior = { ends: 0.02, time: 0.02 * 86_400 };

describe('additiveHazards', () => {
  it('finds recycling by age, and leaves idle time alone', () => {
    const { spells, busyTime } = recycled(1, 1e9);
    const found = additiveHazards(spells, { prior, ageEdges: AGE_EDGES, busyTime, agePrior })!;
    expect(found.converged).toBe(true);
    const late = found.ageHazards.slice(10, 13).reduce((sum, hazard) => sum + hazard, 0) / 3;
    const early = Math.max(...found.ageHazards.slice(0, 9));
    expect(late * 1_800).toBeGreaterThan(1.2);
    expect(early * 1_800).toBeLessThan(0.15);
    expect(found.ageDeaths.reduce((sum, deaths) => sum + deaths, 0)).toBeGreaterThan(120);
    // Counted as ends by idleness, the same spells look as if idle sandboxes were lost within minutes.
    const at = EDGES.findIndex((edge) => edge >= 300);
    const alone = spells.map(({ evidence }) => ({ evidence }));
    const smeared = additiveHazards(alone, { prior, ageEdges: AGE_EDGES })!;
    expect(smeared.survival[at]).toBeLessThan(found.survival[at]! - 0.03);
    expect(found.survival[at]).toBeGreaterThan(0.93);
  });

  it('finds both causes', () => {
    const { spells, busyTime } = recycled(2, 3_000);
    const found = additiveHazards(spells, { prior, ageEdges: AGE_EDGES, busyTime, agePrior })!;
    const at = EDGES.findIndex((edge) => edge >= 300);
    expect(found.survival[at]! / Math.exp(-EDGES[at]! / 3_000)).toBeCloseTo(1, 1);
    expect(found.ageHazards[11]! / Math.max(...found.ageHazards.slice(0, 8))).toBeGreaterThan(4);
  });

  it('is smoothedSurvival where no age is known', () => {
    const { spells } = recycled(3, 3_000);
    const { evidence } = spells[0]!;
    const plain = smoothedSurvival(evidence, { prior, tolerance: 1e-9 });
    const found = additiveHazards([{ evidence }], {
      prior,
      ageEdges: AGE_EDGES,
      tolerance: 1e-9,
      maxIterations: 5_000,
    })!;
    for (const [edge, value] of found.survival.entries()) expect(value).toBeCloseTo(plain.survival[edge]!, 5);
    expect(found.logLikelihood).toBeCloseTo(plain.logLikelihood, 4);
  });

  it('ages a survival', () => {
    const aged = agedSurvival(Float64Array.of(1, 0.5), [0, 100], 550, [0, 600, 1_200], [0.001, 0.002]);
    expect(aged[0]).toBe(1);
    expect(aged[1]).toBeCloseTo(0.5 * Math.exp(-0.05 - 0.1), 12);
    expect(agedSurvival(Float64Array.of(1, 0.5), [0, 100], undefined, [0, 1], [9])[1]).toBe(0.5);
  });

  it('concludes nothing without data, and refuses different edges', () => {
    expect(additiveHazards([], { prior, ageEdges: AGE_EDGES })).toBeUndefined();
    const one = new EvidenceBuilder({ edges: [1, 2] });
    one.alive(1);
    const { spells } = recycled(4, 1e9);
    expect(() =>
      additiveHazards([...spells, { evidence: one.build() }], { prior, ageEdges: AGE_EDGES }),
    ).toThrow(RangeError);
  });
});
