/** The minimum of a function, as found by the simplex. */
export interface Minimum {
  readonly x: readonly number[];
  readonly value: number;
  readonly evaluations: number;
  /** Whether the simplex converged within the allowed evaluations. */
  readonly converged: boolean;
}

export interface NelderMeadOptions {
  /** First step in each direction; default 0.1. */
  readonly steps?: readonly number[];
  /** Convergence limit: largest difference of the values on the simplex; default 1e-8. */
  readonly valueTolerance?: number;
  /** Convergence limit: largest distance in any direction; default 1e-6. */
  readonly xTolerance?: number;
  /** Default 400 per direction. */
  readonly maxEvaluations?: number;
}

interface Vertex {
  readonly x: readonly number[];
  readonly value: number;
}

/**
 * Minimises a function of a few numbers without derivatives, with the dimension-dependent coefficients of Gao and Han.
 * NaN counts as infinite, so a function may reject arguments.
 *
 * It finds a local minimum, and makes no progress on a plateau: scan first if the function has steps. The npm package
 * `fmin` has the same method, but throws when the simplex has to shrink (`i is not defined`, 0.0.2 and 0.0.4) and has
 * no exports for ES modules.
 *
 * @see Nelder and Mead, Computer Journal 7 (1965); Gao and Han, Computational Optimization and Applications 51 (2012)
 */
export function nelderMead(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  options: NelderMeadOptions = {},
): Minimum {
  const n = start.length;
  const { steps = [], valueTolerance = 1e-8, xTolerance = 1e-6, maxEvaluations = 400 * n } = options;
  let evaluations = 0;
  const vertex = (x: readonly number[]): Vertex => {
    evaluations += 1;
    const value = f(x);
    return { x, value: Number.isNaN(value) ? Infinity : value };
  };
  const expand = 1 + 2 / n;
  const contract = 0.75 - 1 / (2 * n);
  const shrink = n > 1 ? 1 - 1 / n : 0.5;
  let simplex = [vertex(start)];
  for (let index = 0; index < n; index += 1) {
    simplex.push(vertex(start.map((value, at) => (at === index ? value + (steps[index] ?? 0.1) : value))));
  }
  let converged = false;
  for (;;) {
    simplex.sort((a, b) => (a.value === b.value ? 0 : a.value - b.value));
    const best = simplex[0]!;
    const worst = simplex[n]!;
    const spread = Math.max(
      ...simplex
        .slice(1)
        .map(({ x }) => Math.max(...x.map((value, index) => Math.abs(value - best.x[index]!)))),
    );
    converged = !(worst.value - best.value > valueTolerance) && spread <= xTolerance;
    if (converged || evaluations >= maxEvaluations) break;
    const centre = start.map((_, index) => {
      let sum = 0;
      for (let other = 0; other < n; other += 1) sum += simplex[other]!.x[index]!;
      return sum / n;
    });
    const along = (share: number): Vertex =>
      vertex(centre.map((value, index) => value + share * (worst.x[index]! - value)));
    const reflected = along(-1);
    let next: Vertex | undefined;
    if (reflected.value < best.value) {
      const expanded = along(-expand);
      next = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[n - 1]!.value) {
      next = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? -contract : contract);
      if (contracted.value < Math.min(reflected.value, worst.value)) next = contracted;
    }
    if (next) simplex[n] = next;
    else {
      simplex = simplex.map((other, index) =>
        index === 0
          ? other
          : vertex(other.x.map((value, at) => best.x[at]! + shrink * (value - best.x[at]!))),
      );
    }
  }
  const best = simplex[0]!;
  return { x: best.x, value: best.value, evaluations, converged };
}
