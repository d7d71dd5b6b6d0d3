import { describe, expect, it } from 'vitest';
import type { DurationEvidence } from './duration-evidence.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import type { Random } from './random.ts';
import { seededRandom } from './random.ts';
import { smoothedSurvival } from './smoothed-survival.ts';
import { survivalChange } from './survival-change.ts';
import { exponential, shareOf } from './test-fixtures.ts';
import { geometricEdges } from './time-grid.ts';

const EDGES = geometricEdges(10, 10_000, 1.08);

type Add = (builder: EvidenceBuilder) => void;

/** Spells that were reused, or known to have ended between two inspections. */
function spells(random: Random, count: number, life: () => number): Add {
  const seen = Array.from({ length: count }, () => {
    const first = exponential(random, 300);
    return { life: life(), first, second: first + exponential(random, 300) };
  });
  return (builder) => {
    for (const { life: own, first, second } of seen) {
      if (own > second) builder.alive(second);
      else if (own > first) builder.ended(first, second);
      else builder.ended(0, first);
    }
  };
}

function build(...parts: Add[]): DurationEvidence {
  const builder = new EvidenceBuilder({ edges: EDGES });
  for (const add of parts) add(builder);
  return builder.build();
}

function test(before: Add, after: Add): ReturnType<typeof survivalChange> {
  const both = build(before, after);
  const prior = Float64Array.from(both.edges, (edge) => 2 ** (-edge / 1_800));
  const { survival } = smoothedSurvival(both, { prior });
  return survivalChange(build(before), build(after), survival);
}

describe('survivalChange', () => {
  it('is the textbook test of two hazards where ends are as good as exact', () => {
    const builder = (ends: [number, number][], alive: number): DurationEvidence => {
      const own = new EvidenceBuilder({ edges: [100, 200] });
      for (const [bin, count] of ends) own.ended(bin === 0 ? 0 : 100, bin === 0 ? 100 : 200, count);
      own.alive(200, alive);
      return own.build();
    };
    const before = builder(
      [
        [0, 10],
        [1, 20],
      ],
      70,
    );
    const after = builder(
      [
        [0, 25],
        [1, 30],
      ],
      45,
    );
    // Both stretches are single bins: the likelihood ratio of two 2 × 2 tables.
    const ratio = (a: number, n: number, b: number, m: number): number => {
      const l = (k: number, of: number): number => k * Math.log(k / of) + (of - k) * Math.log(1 - k / of);
      return 2 * (l(a, n) + l(b, m) - l(a + b, n + m));
    };
    const found = survivalChange(before, after, Float64Array.of(1, 0.8, 0.6))!;
    expect(found.degreesOfFreedom).toBe(2);
    expect(found.statistic).toBeCloseTo(ratio(10, 100, 25, 100) + ratio(20, 90, 30, 75), 5);
    expect([...found.bounds]).toEqual([0, 100, 200]);
    const hazard = (share: number): number => -Math.log(1 - share);
    expect(found.hazardRatios[0]).toBeCloseTo(hazard(0.25) / hazard(0.1), 5);
  });

  it('sees no change where there is none, as often as it says', () => {
    const rejected = shareOf(40, 12, (random) => {
      const life = (): number => exponential(random, 600);
      return test(spells(random, 200, life), spells(random, 200, life))!.p < 0.05;
    });
    expect(rejected).toBeLessThan(0.16);
  });

  it('sees a keep-alive that became shorter', () => {
    const random = seededRandom(13);
    const around = (mean: number) => (): number => Math.max(20, mean + 20 * random.normal());
    const found = test(spells(random, 300, around(600)), spells(random, 300, around(420)))!;
    expect(found.p).toBeLessThan(1e-6);
    expect(Math.max(...found.hazardRatios)).toBeGreaterThan(1);
  });

  it('says nothing with too few ends, and refuses windows on different edges', () => {
    const random = seededRandom(14);
    const few = spells(random, 8, () => 5_000);
    expect(test(few, few)).toBeUndefined();
    const other = new EvidenceBuilder({ edges: [1, 2] });
    other.alive(1);
    expect(() => survivalChange(build(few), other.build(), new Float64Array(3))).toThrow(RangeError);
  });
});
