import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { timeAtLevel, timesAtLevel } from './time-at-level.ts';

const EDGES = Float64Array.from({ length: 401 }, (_, edge) => edge);

/** Product-limit estimate of exponential durations with a mean of 100, all with observed ends, on integer edges. */
function estimate(seed: number, n: number) {
  const random = seededRandom(seed);
  const deaths = new Float64Array(EDGES.length);
  for (let i = 0; i < n; i += 1)
    deaths[Math.min(EDGES.length - 1, Math.floor(-100 * Math.log1p(-random.uniform())))]! += 1;
  const atRisk = new Float64Array(EDGES.length);
  const survival = new Float64Array(EDGES.length);
  let left = n;
  for (const [edge, count] of deaths.entries()) {
    atRisk[edge] = left;
    survival[edge] = left / n;
    left -= count;
  }
  return { survival, deaths, atRisk };
}

describe('the time at which a survival comes down to a level', () => {
  it('lies between edges', () => {
    expect(timeAtLevel(Float64Array.of(0, 10, 20), Float64Array.of(1, 0.75, 0.25), 0.5)).toBe(15);
    expect(timeAtLevel(Float64Array.of(0, 10), Float64Array.of(1, 0.75), 0.5)).toBe(Infinity);
    expect(timeAtLevel(Float64Array.of(0, 10), Float64Array.of(0.4, 0.1), 0.5)).toBe(0);
  });

  it('is within nineteen of twenty intervals', () => {
    const truth = 100 * Math.LN2;
    let covered = 0;
    for (let seed = 1; seed <= 400; seed += 1) {
      const times = timesAtLevel(EDGES, estimate(seed, 150), 0.5, 40);
      if (times[1]! - 1 <= truth && truth <= times.at(-2)! + 1) covered += 1;
    }
    expect(covered / 400).toBeGreaterThan(0.92);
    expect(covered / 400).toBeLessThan(0.985);
  });

  it('is as wide as the number of ends allows', () => {
    const widths = [100, 400, 1_600].map((n) => {
      const times = timesAtLevel(EDGES, estimate(3, n), 0.5, 40);
      return times.at(-2)! - times[1]!;
    });
    for (const [at, width] of widths.slice(1).entries()) {
      expect(width / widths[at]!).toBeGreaterThan(0.3);
      expect(width / widths[at]!).toBeLessThan(0.75);
    }
  });
});
