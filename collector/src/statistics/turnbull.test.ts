import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurationEvidence } from './duration-evidence.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import { isotonic } from './isotonic.ts';
import { kaplanMeier, survivalAt } from './kaplan-meier.ts';
import { exponential, largestDifference, ofR } from './test-fixtures.ts';
import { seededRandom } from './random.ts';
import { turnbull, turnbullBounds } from './turnbull.ts';

function ofIntervals(left: number[], right: number[], weights?: number[]): DurationEvidence {
  const builder = new EvidenceBuilder();
  for (const [index, lower] of left.entries()) {
    const upper = right[index]!;
    builder.ended(lower, upper < 0 ? Infinity : upper, weights?.[index]);
  }
  return builder.build();
}

describe('turnbull', () => {
  it("agrees with R's npsurv: breast cosmesis (Finkelstein and Wolfe 1985), and a weighted mixture", () => {
    for (const [name, given] of Object.entries(ofR.turnbull)) {
      const found = turnbull(ofIntervals(given.left, given.right, given.weights), { tolerance: 1e-9 })!;
      expect(found.converged, name).toBe(true);
      expect(found.logLikelihood, name).toBeCloseTo(given.logLikelihood, 7);
      const upper = given.upper.map((value) => (value < 0 ? Infinity : value));
      expect([...found.lower], name).toEqual(given.lower);
      expect([...found.upper], name).toEqual(upper);
      expect(largestDifference(found.mass, given.mass), name).toBeLessThan(1e-5);
    }
  });

  it('is the product limit where ends are exact', () => {
    const { time, status, weights } = ofR.kaplanMeier.weighted;
    const builder = new EvidenceBuilder();
    for (const [index, at] of time.entries()) {
      if (status[index]) builder.ended(at, at, weights[index]);
      else builder.alive(at, weights[index]);
    }
    const found = turnbull(builder.build(), { tolerance: 1e-10 })!;
    const steps = kaplanMeier({ durations: time, ended: status, weights });
    for (const at of time) expect(turnbullBounds(found, at).low).toBeCloseTo(survivalAt(steps, at), 7);
  });

  it('is isotonic regression where each was looked at once', () => {
    const times = [1, 2, 3, 5, 8, 13];
    const alive = [9, 10, 6, 7, 2, 3];
    const gone = [1, 2, 4, 1, 6, 9];
    const builder = new EvidenceBuilder();
    for (const [index, time] of times.entries()) {
      builder.alive(time, alive[index]);
      builder.ended(0, time, gone[index]);
    }
    const found = turnbull(builder.build(), { tolerance: 1e-10 })!;
    const shares = times.map((_, index) => alive[index]! / (alive[index]! + gone[index]!));
    const weights = times.map((_, index) => alive[index]! + gone[index]!);
    const fit = isotonic(shares, weights, 'decreasing');
    expect(largestDifference(found.survival.slice(1), fit)).toBeLessThan(1e-6);
  });

  it('sums to 1, is self-consistent, and takes the weight of equal ones', () => {
    const spell = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(spell, { minLength: 1, maxLength: 30 }), (spells) => {
        const builder = new EvidenceBuilder();
        for (const [lower, width, ends] of spells) {
          if (ends) builder.ended(lower, lower + width);
          else builder.alive(lower);
        }
        const found = turnbull(builder.build())!;
        expect(found.converged).toBe(true);
        expect(found.mass.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 9);
        expect(found.gap).toBeLessThanOrEqual(1e-6);
        for (let edge = 1; edge < found.survival.length; edge += 1) {
          expect(found.survival[edge]!).toBeLessThanOrEqual(found.survival[edge - 1]! + 1e-12);
        }
      }),
    );
  });

  it('finds the maximum for graded evidence too', () => {
    const random = seededRandom(6);
    const builder = new EvidenceBuilder();
    for (let spell = 0; spell < 200; spell += 1) {
      const first = exponential(random, 30);
      const second = first + exponential(random, 30);
      if (random.uniform() < 0.5) builder.graded({ times: [first, second], levels: [0.3, 0.02], until: 100 });
      else builder.alive(first);
    }
    const found = turnbull(builder.build())!;
    expect(found.converged).toBe(true);
    expect(found.mass.length).toBeLessThan(40);
  });

  it('concludes nothing without data, and stops at the maximum number of steps', () => {
    expect(turnbull(new EvidenceBuilder().build())).toBeUndefined();
    const { left, right, weights } = ofR.turnbull.mixed;
    const stopped = turnbull(ofIntervals(left, right, weights), { maxIterations: 1 })!;
    expect(stopped).toMatchObject({ converged: false, iterations: 1 });
    expect(stopped.logLikelihood).toBeGreaterThanOrEqual(ofR.turnbull.mixed.logLikelihood - stopped.gap);
    const alive = new EvidenceBuilder();
    alive.alive(5);
    expect(turnbull(alive.build())).toMatchObject({
      lower: Float64Array.of(5),
      upper: Float64Array.of(Infinity),
    });
  });
});
