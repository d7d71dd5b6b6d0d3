import { describe, expect, it } from 'vitest';
import { nelderMead } from './nelder-mead.ts';

describe('nelderMead', () => {
  it('finds the minima of the usual test functions', () => {
    const rosenbrock = nelderMead(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [-1.2, 1]);
    expect(rosenbrock.converged).toBe(true);
    expect(rosenbrock.x[0]).toBeCloseTo(1, 5);
    expect(rosenbrock.x[1]).toBeCloseTo(1, 5);
    // Powell 1962.
    const powell = nelderMead(
      ([a = 0, b = 0, c = 0, d = 0]) =>
        (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4,
      [3, -1, 0, 1],
    );
    expect(powell.value).toBeLessThan(1e-12);
    expect(nelderMead(([x = 0]) => (x - 3) ** 2, [0]).x[0]).toBeCloseTo(3, 5);
  });

  it('treats NaN as refused', () => {
    const found = nelderMead(([x = 0]) => (x < 1 ? NaN : Math.log(x) ** 2 + x), [5], { steps: [-1] });
    expect(found.x[0]).toBeGreaterThanOrEqual(1);
    expect(found.x[0]).toBeCloseTo(1, 3);
  });

  it('shrinks on steps, and stops at its bound', () => {
    const steps = nelderMead(
      (x) => x.reduce((sum, value) => sum + Math.floor(Math.abs(value) * 3), 0),
      [3.3, -2.2],
    );
    expect(steps.evaluations).toBeLessThanOrEqual(803);
    const stopped = nelderMead(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [-1.2, 1], {
      maxEvaluations: 20,
    });
    expect(stopped.converged).toBe(false);
    expect(stopped.evaluations).toBeLessThan(25);
  });
});
