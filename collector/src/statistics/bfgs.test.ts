import { describe, expect, it } from 'vitest';
import { bfgs } from './bfgs.ts';
import { nelderMead } from './nelder-mead.ts';

const rosenbrock = ([x = 0, y = 0]: readonly number[]): number => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
const slopes = ([x = 0, y = 0]: readonly number[]): number[] => [
  -2 * (1 - x) - 400 * x * (y - x * x),
  200 * (y - x * x),
];

describe('bfgs', () => {
  it('follows a curved valley in fewer evaluations than a simplex', () => {
    const found = bfgs((x) => ({ value: rosenbrock(x), gradient: slopes(x) }), [-1.2, 1], {
      valueTolerance: 1e-12,
    });
    expect(found.converged).toBe(true);
    expect(found.x[0]).toBeCloseTo(1, 5);
    expect(found.x[1]).toBeCloseTo(1, 5);
    const simplex = nelderMead(rosenbrock, [-1.2, 1], { valueTolerance: 1e-12, xTolerance: 1e-5 });
    expect(found.evaluations).toBeLessThan(simplex.evaluations / 2);
  });

  it('finds the minimum of directions with very different scales', () => {
    const found = bfgs(
      ([x = 0, y = 0]) => ({
        value: 1e6 * (x - 0.003) ** 2 + 1e-4 * (y + 50) ** 2,
        gradient: [2e6 * (x - 0.003), 2e-4 * (y + 50)],
      }),
      [0, 0],
      { steps: [0.001, 30], valueTolerance: 1e-12 },
    );
    expect(found.x[0]).toBeCloseTo(0.003, 6);
    expect(found.x[1]).toBeCloseTo(-50, 2);
  });

  it('goes back from where the function is not defined', () => {
    const found = bfgs(
      ([x = 0]) => ({ value: x <= 0 ? NaN : x - Math.log(x), gradient: [1 - 1 / x] }),
      [0.05],
      { steps: [2] },
    );
    expect(found.x[0]).toBeCloseTo(1, 4);
  });

  it('ends where there is no slope, and after the evaluations that it may use', () => {
    expect(bfgs(() => ({ value: 7, gradient: [0, 0] }), [3, 4])).toEqual({
      x: [3, 4],
      value: 7,
      evaluations: 1,
      converged: true,
    });
    const stopped = bfgs((x) => ({ value: rosenbrock(x), gradient: slopes(x) }), [-1.2, 1], {
      maxEvaluations: 10,
    });
    expect(stopped.evaluations).toBeLessThanOrEqual(10);
    expect(stopped.converged).toBe(false);
    expect(stopped.value).toBeLessThan(rosenbrock([-1.2, 1]));
  });
});
