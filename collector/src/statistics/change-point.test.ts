import { describe, expect, it } from 'vitest';
import { locationChangePoint, shareChangePoint } from './change-point.ts';
import type { Random } from './random.ts';
import { seededRandom } from './random.ts';
import { ofPython, shareOf } from './test-fixtures.ts';

const HOURS = 48;

/** Hits per hour; the share, which also varies between hours, changes at one of them. */
function hours(
  random: Random,
  before: number,
  after: number,
  at: number,
): { hits: number[]; trials: number[] } {
  const trials = Array.from({ length: HOURS }, () => 5 + random.below(30));
  const hits = trials.map((count, hour) => {
    const share = (hour < at ? before : after) * (0.5 + random.uniform());
    let sum = 0;
    for (let trial = 0; trial < count; trial += 1) if (random.uniform() < share) sum += 1;
    return sum;
  });
  return { hits, trials };
}

describe('shareChangePoint', () => {
  it('finds where a share rises', () => {
    const { hits, trials } = hours(seededRandom(1), 0.08, 0.3, 30);
    const found = shareChangePoint(hits, trials)!;
    expect(Math.abs(found.at - 30)).toBeLessThanOrEqual(2);
    expect(found.p).toBeLessThan(0.005);
    expect(found.before).toBeLessThan(0.16);
    expect(found.after).toBeGreaterThan(0.2);
  });

  it('finds a change only as often as it says where there is none, though hours scatter', () => {
    const found = shareOf(150, 2, (random) => {
      const { hits, trials } = hours(random, 0.15, 0.15, 0);
      return shareChangePoint(hits, trials, { permutations: 99, seed: random.below(1e9) })!.p <= 0.05;
    });
    expect(found).toBeLessThan(0.095);
    expect(found).toBeGreaterThan(0.01);
  });

  it('has nothing to split', () => {
    expect(shareChangePoint([0, 0, 0, 0], [5, 5, 5, 5])).toBeUndefined();
    expect(shareChangePoint([1, 2], [5, 5])).toBeUndefined();
    expect(shareChangePoint([], [])).toBeUndefined();
  });
});

describe('locationChangePoint', () => {
  it("is Pettitt's (pyhomogeneity)", () => {
    const { values, at, p } = ofPython.pettitt;
    const found = locationChangePoint(values)!;
    expect(found.at).toBe(at);
    expect(found.p).toBeCloseTo(p, 10);
    expect(found.after).toBeGreaterThan(found.before);
  });

  it('rarely finds a change if there is none', () => {
    const found = shareOf(500, 3, (random) => {
      const values = Array.from({ length: 60 }, () => Math.round(10 * random.normal()));
      const change = locationChangePoint(values);
      return change !== undefined && change.p < 0.05;
    });
    expect(found).toBeLessThan(0.06);
  });

  it('has nothing to split', () => {
    expect(locationChangePoint([1, 2, 3])).toBeUndefined();
    expect(locationChangePoint([4, 4, 4, 4, 4])).toBeUndefined();
  });
});
