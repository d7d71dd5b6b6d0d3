import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brierScore, reliability } from './calibration.ts';
import { ofPython } from './test-fixtures.ts';

describe('calibration', () => {
  const { probabilities, outcomes, brier, said, came } = ofPython.calibration;

  it('agrees with scikit-learn', () => {
    expect(brierScore({ probabilities, outcomes })).toBeCloseTo(brier, 10);
    const { rows, n } = reliability({ probabilities, outcomes })!;
    expect(n).toBe(200);
    expect(rows).toHaveLength(said.length);
    for (const [index, row] of rows.entries()) {
      expect(row.said).toBeCloseTo(said[index]!, 10);
      expect(row.came.value).toBeCloseTo(came[index]!, 10);
    }
  });

  it("adds up to the Brier score where rows hold one probability (Murphy's parts)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
        (data) => {
          const forecasts = {
            probabilities: data.map(([tenths]) => tenths / 10),
            outcomes: data.map(([, outcome]) => outcome),
          };
          const { reliability: distance, resolution, uncertainty } = reliability(forecasts, 11)!;
          expect(distance - resolution + uncertainty).toBeCloseTo(brierScore(forecasts)!, 10);
        },
      ),
    );
  });

  it('puts a bound in the row above it, and 1 in the last', () => {
    const { rows } = reliability({ probabilities: [0.3, 0.7, 1, 0], outcomes: [1, 1, 1, 0] })!;
    expect(rows.map(({ from }) => from)).toEqual([0, 0.3, 0.7, 0.9]);
  });

  it('concludes nothing without data', () => {
    expect(brierScore({ probabilities: [], outcomes: [] })).toBeUndefined();
    expect(reliability({ probabilities: [], outcomes: [] })).toBeUndefined();
  });
});
