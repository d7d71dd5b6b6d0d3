import type { DurationEvidence } from './duration-evidence.ts';
import { countAtMost, countBelow } from './sorted.ts';
import { isotonic } from './isotonic.ts';

/** Non-parametric maximum-likelihood estimate of a survival from interval-censored durations. */
export interface TurnbullEstimate {
  /** The intervals (lower, upper] with mass, ascending; the last upper is Infinity if some may never end. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Sums to 1. The position of the mass within its interval is not identified. */
  readonly mass: Float64Array;
  /** At the edges of the evidence; at an edge inside an interval with mass, as if all mass were before it. */
  readonly survival: Float64Array;
  readonly logLikelihood: number;
  /**
   * Upper bound of the distance to the maximum log-likelihood: n · (max dℓ/dp / n − 1), 0 for a self-consistent
   * estimate.
   */
  readonly gap: number;
  readonly iterations: number;
  /** Whether the gap fell below the tolerance. */
  readonly converged: boolean;
}

export interface TurnbullOptions {
  /** Largest gap to the maximum of the log-likelihood; default 1e-6. */
  readonly tolerance?: number;
  /** Default 2,000. */
  readonly maxIterations?: number;
}

/**
 * Turnbull's estimate for exact, right-censored, interval-censored and graded observations with weights. Each iteration
 * is a self-consistency (EM) step on hazards and an iterative convex minorant step; O(steps + intervals) each, tens of
 * iterations.
 *
 * Assumes that the times of inspection are independent of the durations. It concentrates its mass on few intervals, so
 * intervals derived from it are too narrow: use `smoothedSurvival` for single observations.
 *
 * @returns undefined without observations
 * @see Turnbull, JRSS B 38 (1976); Gentleman and Geyer, Biometrika 81 (1994), for the gap; Wellner and Zhan, JASA 92
 *   (1997), for the hybrid
 */
export function turnbull(
  evidence: DurationEvidence,
  options: TurnbullOptions = {},
): TurnbullEstimate | undefined {
  const { maxIterations = 2_000 } = options;
  if (!(evidence.n > 0)) return undefined;
  const problem = reduce(evidence);
  const { bins, ends, n } = problem;
  const size = bins.length;
  // Sums over very many observations have this rounding error.
  const tolerance = Math.max(options.tolerance ?? 1e-6, 1e-12 * n);
  // Survival before each bin, and 0 after the last.
  let survival: Float64Array = Float64Array.from({ length: size + 1 }, (_, bin) => 1 - bin / size);
  let state = evaluate(problem, survival);
  let iterations = 0;
  while (state.gap > tolerance && iterations < maxIterations) {
    iterations += 1;
    survival = selfConsistent(problem, survival, state);
    state = evaluate(problem, survival);
    if (state.gap <= tolerance) break;
    const moved = convexMinorant(problem, survival, state.logLikelihood);
    if (moved) {
      survival = moved;
      state = evaluate(problem, survival);
    }
  }
  const { edges } = evidence;
  const holding = [...bins.keys()].filter((bin) => survival[bin]! - survival[bin + 1]! > 1e-12);
  return {
    lower: Float64Array.from(holding, (bin) => edges[bins[bin]!]!),
    upper: Float64Array.from(holding, (bin) => edges[ends[bin]!] ?? Infinity),
    mass: Float64Array.from(holding, (bin) => survival[bin]! - survival[bin + 1]!),
    survival: Float64Array.from(edges, (_, edge) => survival[countBelow(bins, edge)]!),
    logLikelihood: state.logLikelihood,
    gap: Math.max(0, state.gap),
    iterations,
    converged: state.gap <= tolerance,
  };
}

/** Survival after a time, as far as it is identified: within an interval with mass there are only bounds. */
export function turnbullBounds(
  estimate: TurnbullEstimate,
  duration: number,
): { readonly low: number; readonly high: number } {
  const { lower, upper, mass } = estimate;
  let low = 1;
  for (let index = 0; index < countBelow(lower, duration); index += 1) low -= mass[index]!;
  let high = 1;
  for (let index = 0; index < countAtMost(upper, duration); index += 1) high -= mass[index]!;
  return { low: Math.max(0, low), high: Math.min(1, high) };
}

/** The observations over the bins that can have mass. */
interface Problem {
  /** Index of the edge before each. */
  readonly bins: Uint32Array;
  /** Index of the edge after each; the number of edges for the part beyond all. */
  readonly ends: Uint32Array;
  readonly offsets: Uint32Array;
  /** Number of bins before each step. */
  readonly before: Uint32Array;
  readonly changes: Float64Array;
  /** Number of bins before the end of observation; more than there are if it is known to have ended. */
  readonly until: Uint32Array;
  /** Evidence at the end of observation. */
  readonly levels: Float64Array;
  readonly weights: Float64Array;
  readonly n: number;
}

/** Mass is only possible between an edge where evidence rises and the next one, if it falls there (Turnbull 1976). */
function reduce(evidence: DurationEvidence): Problem {
  const { edges, offsets, stepEdges, stepChanges, until, weights, n } = evidence;
  const rises = new Uint8Array(edges.length);
  const falls = new Uint8Array(edges.length + 1);
  falls[edges.length] = 1;
  for (const [step, edge] of stepEdges.entries()) {
    if (stepChanges[step]! > 0) rises[edge] = 1;
    else falls[edge] = 1;
  }
  const bins: number[] = [];
  const ends: number[] = [];
  let rising = -1;
  for (let edge = 0; edge <= edges.length; edge += 1) {
    if (falls[edge] && rising >= 0) {
      bins.push(rising);
      ends.push(edge);
      rising = -1;
    }
    if (edge < edges.length && rises[edge]) rising = edge;
  }
  const columns = Uint32Array.from(bins);
  const before = Uint32Array.from(stepEdges, (edge) => countBelow(columns, edge));
  const levels = new Float64Array(weights.length);
  for (let observation = 0; observation < weights.length; observation += 1) {
    for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
      levels[observation] = levels[observation]! + stepChanges[step]!;
    }
  }
  return {
    bins: columns,
    ends: Uint32Array.from(ends),
    offsets,
    before,
    changes: stepChanges,
    until: Uint32Array.from(until, (edge) =>
      edge < edges.length ? countBelow(columns, edge) : bins.length + 1,
    ),
    levels,
    weights,
    n,
  };
}

interface State {
  readonly logLikelihood: number;
  /** w / Z per observation. */
  readonly shares: Float64Array;
  readonly gap: number;
}

function evaluate(problem: Problem, survival: Float64Array): State {
  const { bins, offsets, before, changes, weights, n } = problem;
  const shares = new Float64Array(weights.length);
  const factors = new Float64Array(bins.length + 1);
  let logLikelihood = 0;
  for (let observation = 0; observation < weights.length; observation += 1) {
    const z = likelihoodOf(problem, survival, observation);
    const share = weights[observation]! / z;
    shares[observation] = share;
    logLikelihood += weights[observation]! * Math.log(z);
    for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
      factors[before[step]!] = factors[before[step]!]! + share * changes[step]!;
    }
  }
  let gap = -Infinity;
  let factor = 0;
  for (let bin = 0; bin < bins.length; bin += 1) {
    factor += factors[bin]!;
    gap = Math.max(gap, factor - n);
  }
  return { logLikelihood, shares, gap };
}

function likelihoodOf(problem: Problem, survival: Float64Array, observation: number): number {
  const { offsets, before, changes } = problem;
  let z = 0;
  for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
    z += changes[step]! * survival[before[step]!]!;
  }
  return z > Number.MIN_VALUE ? z : Number.MIN_VALUE;
}

/** Expected ends divided by expected numbers at risk. */
function selfConsistent(problem: Problem, survival: Float64Array, state: State): Float64Array {
  const { bins, offsets, before, changes, until, levels, weights, n } = problem;
  const size = bins.length;
  const factors = new Float64Array(size + 1);
  const leaving = new Float64Array(size + 1);
  for (let observation = 0; observation < weights.length; observation += 1) {
    const share = state.shares[observation]!;
    for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
      factors[before[step]!] = factors[before[step]!]! + share * changes[step]!;
    }
    const last = until[observation]!;
    if (last <= size) {
      factors[last] = factors[last]! - share * levels[observation]!;
      leaving[last] = leaving[last]! + share * levels[observation]! * survival[last]!;
    }
  }
  const next = new Float64Array(size + 1);
  next[0] = 1;
  let factor = 0;
  let atRisk = n;
  for (let bin = 0; bin < size - 1; bin += 1) {
    factor += factors[bin]!;
    atRisk -= leaving[bin]!;
    const deaths = Math.max(0, factor * (survival[bin]! - survival[bin + 1]!));
    const hazard = atRisk > 1e-12 * n ? Math.min(1, deaths / atRisk) : 0;
    next[bin + 1] = next[bin]! * (1 - hazard);
    atRisk -= deaths;
  }
  return next;
}

/** One step towards the maximum of the local quadratic approximation; isotonic regression keeps it non-increasing. */
function convexMinorant(problem: Problem, survival: Float64Array, from: number): Float64Array | undefined {
  const { bins, offsets, before, changes, weights } = problem;
  const size = bins.length;
  if (size < 2) return undefined;
  const slope = new Float64Array(size + 1);
  const curvature = new Float64Array(size + 1);
  for (let observation = 0; observation < weights.length; observation += 1) {
    const z = likelihoodOf(problem, survival, observation);
    let step = offsets[observation]!;
    const end = offsets[observation + 1]!;
    while (step < end) {
      const at = before[step]!;
      let change = 0;
      for (; step < end && before[step] === at; step += 1) change += changes[step]!;
      slope[at] = slope[at]! + (weights[observation]! * change) / z;
      curvature[at] = curvature[at]! + weights[observation]! * (change / z) ** 2;
    }
  }
  const inner = size - 1;
  const target = new Float64Array(inner);
  const weight = new Float64Array(inner);
  for (let index = 0; index < inner; index += 1) {
    const bend = curvature[index + 1]!;
    weight[index] = bend;
    target[index] = survival[index + 1]! + (bend > 0 ? slope[index + 1]! / bend : 0);
  }
  const fit = isotonic(target, weight, 'decreasing');
  for (let share = 1; share > 1e-4; share /= 2) {
    const next = Float64Array.from(survival);
    for (let index = 0; index < inner; index += 1) {
      const goal = Math.min(1, Math.max(0, fit[index]!));
      next[index + 1] = (1 - share) * survival[index + 1]! + share * goal;
    }
    let logLikelihood = 0;
    for (let observation = 0; observation < weights.length; observation += 1) {
      logLikelihood += weights[observation]! * Math.log(likelihoodOf(problem, next, observation));
    }
    if (logLikelihood > from) return next;
  }
  return undefined;
}
