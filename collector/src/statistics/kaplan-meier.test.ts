import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kaplanMeier, survivalAt, survivalBands, survivalQuantile } from './kaplan-meier.ts';
import { exponential, largestDifference, ofR, shareOf } from './test-fixtures.ts';

describe('kaplanMeier', () => {
  it("agrees with R's survfit: ties, weights, delayed entry, both bands", () => {
    for (const [name, given] of Object.entries(ofR.kaplanMeier)) {
      const steps = kaplanMeier({
        durations: given.time,
        ended: given.status,
        weights: given.weights,
        ...(given.entry && { entries: given.entry }),
      });
      expect(largestDifference(steps.times, given.times), name).toBeLessThan(1e-12);
      expect(largestDifference(steps.atRisk, given.atRisk), name).toBeLessThan(1e-12);
      expect(largestDifference(steps.survival, given.survival), name).toBeLessThan(1e-11);
      // R has no variance if nothing survives.
      const positive = given.survival.filter((value) => value > 0).length;
      const variances = given.greenwood.slice(0, positive);
      expect(largestDifference(steps.greenwood.slice(0, positive), variances), name).toBeLessThan(1e-9);
      const logLog = survivalBands(steps);
      const plain = survivalBands(steps, { scale: 'plain' });
      for (const index of given.times.keys()) {
        if (given.logLogLow[index] == null) continue;
        expect(logLog.low[index], name).toBeCloseTo(given.logLogLow[index], 9);
        expect(logLog.high[index], name).toBeCloseTo(given.logLogHigh[index]!, 9);
        expect(plain.low[index], name).toBeCloseTo(given.plainLow[index]!, 9);
        expect(plain.high[index], name).toBeCloseTo(given.plainHigh[index]!, 9);
      }
      for (const [index, q] of [0.25, 0.5, 0.75].entries()) {
        const { value, low, high } = survivalQuantile(steps, q);
        expect(value ?? null, name).toBe(given.quantiles[index]);
        expect(low ?? null, name).toBe(given.quantilesLow[index]);
        expect(high ?? null, name).toBe(given.quantilesHigh[index]);
      }
    }
  });

  it('is that of the textbook (Klein and Moeschberger 2003, table 4.1A)', () => {
    const { time, status } = ofR.kaplanMeier.remission;
    const steps = kaplanMeier({ durations: time, ended: status });
    expect([...steps.survival].map((value) => value.toFixed(3))).toEqual([
      '0.857',
      '0.807',
      '0.753',
      '0.690',
      '0.627',
      '0.538',
      '0.448',
    ]);
  });

  it('is the empirical distribution where all were seen to end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 31 }),
        (durations, at) => {
          const steps = kaplanMeier({ durations, ended: durations.map(() => true) });
          const share = durations.filter((duration) => duration > at).length / durations.length;
          expect(survivalAt(steps, at)).toBeCloseTo(share, 10);
        },
      ),
    );
  });

  it('does not depend on the order of the data, or on whether equal ones are given as weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.integer({ min: 1, max: 3 }))),
        (data) => {
          const whole = kaplanMeier({
            durations: data.map(([duration]) => duration),
            ended: data.map(([, end]) => end),
            weights: data.map(([, , weight]) => weight),
          });
          const each = data
            .flatMap(([duration, end, weight]) =>
              Array.from({ length: weight }, () => [duration, end] as const),
            )
            .reverse();
          const other = kaplanMeier({
            durations: each.map(([duration]) => duration),
            ended: each.map(([, end]) => end),
          });
          expect(other).toEqual(whole);
        },
      ),
    );
  });

  it('covers at a time, under censoring', () => {
    const truth = Math.exp(-0.7);
    const covered = shareOf(500, 2, (random) => {
      const life = Array.from({ length: 80 }, () => exponential(random, 1));
      const stop = life.map(() => exponential(random, 2));
      const steps = kaplanMeier({
        durations: life.map((value, index) => Math.min(value, stop[index]!)),
        ended: life.map((value, index) => value <= stop[index]!),
      });
      const { low, high } = survivalBands(steps);
      let at = -1;
      for (const [index, time] of steps.times.entries()) if (time <= 0.7) at = index;
      return at >= 0 && low[at]! <= truth && truth <= high[at]!;
    });
    expect(covered).toBeGreaterThan(0.92);
    expect(covered).toBeLessThan(0.98);
  });

  it('concludes nothing without data, and the bands end where survival reaches 0', () => {
    expect(kaplanMeier({ durations: [], ended: [] })).toMatchObject({ n: 0 });
    expect(survivalAt(kaplanMeier({ durations: [], ended: [] }), 5)).toBe(1);
    const steps = kaplanMeier({ durations: [1, 2], ended: [1, 1] });
    const bands = survivalBands(steps);
    expect(steps.survival[1]).toBe(0);
    expect([bands.low[1], bands.high[1]]).toEqual([0, bands.high[0]]);
    expect(survivalQuantile(kaplanMeier({ durations: [3], ended: [0] }), 0.5)).toEqual({});
  });
});
