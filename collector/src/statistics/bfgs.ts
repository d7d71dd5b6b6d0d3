/** A function's value and its gradient at the same place. */
export interface Slope {
  readonly value: number;
  readonly gradient: readonly number[];
}

/** The minimum of a function, as found along its gradient. */
export interface SmoothMinimum {
  readonly x: readonly number[];
  readonly value: number;
  readonly evaluations: number;
  /** Whether it converged within the allowed evaluations. */
  readonly converged: boolean;
}

export interface BfgsOptions {
  /** A typical change in each direction: the first step, and the scale of all later ones; default 0.1. */
  readonly steps?: readonly number[];
  /** Convergence limit: the fall that a further step promises; default 1e-9. */
  readonly valueTolerance?: number;
  /** Default 100. */
  readonly maxEvaluations?: number;
}

interface Place {
  readonly x: readonly number[];
  readonly slope: Slope;
}

/** Longest step, in typical changes. */
const LONGEST = 8;
/** Share of the promised fall that a step must bring (Armijo's condition). */
const LEAST_FALL = 1e-3;
/** A turn of the slope by less than this along a step says nothing of the curvature. */
const LEAST_CURVATURE = 1e-10;
/** A step that brings no fall is shortened at most this often. */
const MOST_CUTS = 12;

/**
 * Minimises a smooth function of a few numbers by its gradient: the Broyden–Fletcher–Goldfarb–Shanno method with a
 * line search that shortens steps. NaN counts as infinite, so a function may reject arguments. It finds a local
 * minimum, in far fewer evaluations than a search without slopes. The npm package
 * `optimization-js` (1.5.0) also takes steps along which the function rises, and ends only where the slope is small.
 *
 * @see Nocedal and Wright, Numerical Optimization, 2nd ed. (2006), sections 3.1 and 6.1
 */
export function bfgs(
  f: (x: readonly number[]) => Slope,
  start: readonly number[],
  options: BfgsOptions = {},
): SmoothMinimum {
  const n = start.length;
  const { steps = [], valueTolerance = 1e-9, maxEvaluations = 100 } = options;
  const scale = start.map((_, index) => steps[index] ?? 0.1);
  let evaluations = 0;
  // All in units of the typical changes.
  const at = (x: readonly number[]): Slope => {
    evaluations += 1;
    const { value, gradient } = f(x);
    return {
      value: Number.isNaN(value) ? Infinity : value,
      gradient: gradient.map((slope, index) => slope * scale[index]!),
    };
  };
  /** The first place along a direction, not further than a share of it, that brings a good part of the promised fall. */
  const along = (
    from: Place,
    direction: readonly number[],
    promised: number,
    most: number,
  ): Place | undefined => {
    let share = most;
    for (let cut = 0; cut < MOST_CUTS; cut += 1) {
      if (evaluations >= maxEvaluations) return undefined;
      const x = from.x.map((value, index) => value + share * direction[index]! * scale[index]!);
      const slope = at(x);
      const fall = from.slope.value - slope.value;
      if (fall >= LEAST_FALL * share * promised) return { x, slope };
      // The minimum of the parabola through what is known, within bounds.
      const best = (promised * share) / (2 * (promised * share - fall));
      share *= Number.isFinite(slope.value) ? Math.min(0.5, Math.max(0.1, best)) : 0.3;
    }
    return undefined;
  };
  let own: Place = { x: start, slope: at(start) };
  /** Approximate inverse Hessian; absent while nothing is known of it. */
  let inverse: number[][] | undefined;
  let converged = false;
  for (;;) {
    const { gradient } = own.slope;
    let direction = (inverse ?? identity(n)).map((row) => -dot(row, gradient));
    if (!(dot(direction, gradient) < 0)) {
      inverse = undefined;
      direction = gradient.map((value) => -value);
    }
    const promised = -dot(direction, gradient);
    converged = !(promised > 2 * valueTolerance);
    if (converged) break;
    // Without a curvature, one typical change.
    const longest = (inverse ? LONGEST : 1) / Math.max(...direction.map(Math.abs));
    const next = along(own, direction, promised, Math.min(1, longest));
    if (next) {
      const change = next.x.map((value, index) => (value - own.x[index]!) / scale[index]!);
      const turn = next.slope.gradient.map((value, index) => value - gradient[index]!);
      const curvature = dot(change, turn);
      if (curvature > LEAST_CURVATURE) {
        inverse ??= identity(n, curvature / dot(turn, turn));
        update(inverse, change, turn, curvature);
      }
      own = next;
    } else if (inverse && evaluations < maxEvaluations) inverse = undefined;
    else break;
  }
  return { x: own.x, value: own.slope.value, evaluations, converged };
}

function identity(n: number, factor = 1): number[][] {
  return Array.from({ length: n }, (_, row) =>
    Array.from({ length: n }, (_, column) => (row === column ? factor : 0)),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!;
  return sum;
}

/** Makes an approximate inverse Hessian agree with the latest step. */
function update(
  inverse: number[][],
  change: readonly number[],
  turn: readonly number[],
  curvature: number,
): void {
  const along = inverse.map((row) => dot(row, turn));
  const factor = (1 + dot(turn, along) / curvature) / curvature;
  for (const [row, own] of inverse.entries()) {
    for (let column = 0; column < own.length; column += 1) {
      own[column] =
        own[column]! +
        factor * change[row]! * change[column]! -
        (along[row]! * change[column]! + change[row]! * along[column]!) / curvature;
    }
  }
}
