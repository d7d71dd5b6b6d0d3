import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromFree,
  fromUnbounded,
  IDLE_LAWS,
  lawSurvival,
  toFree,
  toUnbounded,
  unboundedSlopes,
} from './idle-laws.ts';
import type { IdleLaw } from './idle-laws.ts';

const laws = Object.values(IDLE_LAWS);
const survivals = (law: IdleLaw, parameters: number[], batch: number, times: number[]): number[] =>
  times.map(law.survival(parameters, batch));

describe('idle laws', () => {
  it('fall from 1 at 0, whatever their parameters', () => {
    const time = fc.double({ min: 0.1, max: 5_000, noNaN: true });
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    for (const law of laws) {
      const parameters = fc.tuple(...law.scales.map((scale) => (scale === 'log' ? time : share)));
      fc.assert(
        fc.property(
          parameters,
          fc.integer({ min: 1, max: 30 }),
          fc.array(time, { maxLength: 8 }),
          (own, batch, at) => {
            fc.pre(law.allows(own));
            const values = survivals(law, own, batch, [0, ...at.sort((a, b) => a - b)]);
            expect(values[0]).toBeCloseTo(1, 12);
            for (const [index, value] of values.entries()) {
              expect(value).toBeGreaterThanOrEqual(0);
              expect(value).toBeLessThanOrEqual((values[index - 1] ?? 1) + 1e-12);
            }
            for (const [index, value] of fromFree(law, toFree(law, own)).entries()) {
              expect(value / own[index]!).toBeCloseTo(1, 6);
            }
          },
        ),
        { numRuns: 60 },
      );
    }
  });

  it('have the slopes of their survival, and are within their bounds for any unbounded parameters', () => {
    const times = Float64Array.of(0, 3, 40, 170, 400, 900, 2_500);
    const weights = Float64Array.of(1, -2, 3, 0.5, -1, 2, 4);
    for (const law of laws) {
      const values = new Float64Array(times.length);
      const sumAt = (parameters: readonly number[]): number => {
        law.tabulate(parameters, 1, times, values);
        return values.reduce((sum, value, at) => sum + weights[at]! * value, 0);
      };
      const unbounded = fc.tuple(
        ...law.scales.map((scale, index) => {
          const isBounded = law.bounds.some(({ parameter }) => parameter === index);
          return scale === 'logit' || isBounded
            ? fc.double({ min: -1.5, max: 1.5, noNaN: true })
            : fc.double({ min: 1, max: 6, noNaN: true });
        }),
      );
      fc.assert(
        fc.property(unbounded, (at) => {
          const parameters = fromUnbounded(law, at);
          expect(law.allows(parameters), law.name).toBe(true);
          for (const [index, value] of toUnbounded(law, parameters).entries())
            expect(value).toBeCloseTo(at[index]!, 6);
          // A kink at one of the times has two slopes.
          fc.pre(
            law.kinks.every((kink) => times.every((time) => Math.abs(time / parameters[kink]! - 1) > 1e-3)),
          );
          if (!law.slopes) return;
          sumAt(parameters);
          const slopes = unboundedSlopes(law, at, law.slopes(parameters, times, values, weights));
          for (const [index, slope] of slopes.entries()) {
            if (law.jumps.includes(index)) continue;
            const step = 1e-5;
            const moved = (by: number): number => sumAt(fromUnbounded(law, at.with(index, at[index]! + by)));
            // Of the fourth order: a steep law is so curved that the usual difference is less exact than the slope.
            const wanted =
              (8 * (moved(step) - moved(-step)) - moved(2 * step) + moved(-2 * step)) / (12 * step);
            expect(Math.abs(slope - wanted), `${law.name} ${index}`).toBeLessThan(
              1e-5 * (1 + Math.abs(wanted)),
            );
          }
        }),
        { numRuns: 60 },
      );
    }
  });

  it('halve batches, rounded up', () => {
    const left = (name: 'halving' | 'halving-to-none', batch: number): number[] =>
      survivals(IDLE_LAWS[name], [360, 1e6], batch, [0, 359, 360, 720, 1_080, 1_440]).map((s) => s * batch);
    expect(left('halving', 20)).toEqual([20, 20, 10, 5, 3, 2]);
    expect(left('halving', 1)).toEqual([1, 1, 1, 1, 1, 1]);
    // As in SeBS's batches of 2, 3 and 5.
    expect(left('halving-to-none', 2)).toEqual([2, 2, 1, 0, 0, 0]);
    expect(left('halving-to-none', 3)).toEqual([3, 3, 2, 1, 0, 0]);
    expect(left('halving-to-none', 5)).toEqual([5, 5, 3, 2, 1, 0]);
  });

  it('leak at once', () => {
    const [table] = lawSurvival(IDLE_LAWS['one-step'], [10], 0.1, [0, 1, 10, 11], [1, 7]);
    expect([...table!]).toEqual([1, 0.9, 0.9, 0]);
    expect(lawSurvival(IDLE_LAWS.halving, [10, 99], 0, [0, 10], [1, 7])).toEqual([
      Float64Array.of(1, 1),
      Float64Array.of(1, 4 / 7),
    ]);
  });
});
