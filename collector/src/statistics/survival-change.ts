import { chiSquaredUpperTail } from './distributions.ts';
import { logLikelihood } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { expectedDeaths } from './expected-deaths.ts';

/** Whether two windows of time have the same survival. */
export interface SurvivalChange {
  /** Twice the gain in log-likelihood from separate survivals. */
  readonly statistic: number;
  /** Number of compared stretches of duration. */
  readonly degreesOfFreedom: number;
  readonly p: number;
  /** Hazard ratio per stretch, second window over the first. */
  readonly hazardRatios: Float64Array;
  /** Bounds of the stretches, one more than there are stretches. */
  readonly bounds: Float64Array;
}

export interface SurvivalChangeOptions {
  /** Minimum number of expected ends per stretch in each window; default 5. */
  readonly leastDeaths?: number;
  /**
   * Maximum number of stretches; default 5. Too many for the resolution of the inspections make the test weak, because
   * interval evidence divides each end among several stretches.
   */
  readonly mostStretches?: number;
}

/** Limit for the logarithm of a multiple. */
const LARGEST = 14;
const MAX_ITERATIONS = 300;
/** Convergence limit: largest change of a multiple's logarithm. */
const TOLERANCE = 1e-5;

/**
 * Likelihood-ratio test of two windows (this week, the previous week) on interval-censored evidence. Durations are
 * divided into up to five stretches with about equal numbers of ends, at least five in each window. In each stretch, a
 * window's hazard is a multiple of the common one.
 *
 * Assumes independent observations: spells of one batch that share their fate are overcounted. Compare p with 0.001
 * when deciding whether to keep an old law.
 *
 * @param before and after: on the same edges
 * @param survival common to both, at each edge, such as the smoothed estimate over both
 * @returns undefined with too few ends for a single stretch
 */
export function survivalChange(
  before: DurationEvidence,
  after: DurationEvidence,
  survival: Float64Array,
  options: SurvivalChangeOptions = {},
): SurvivalChange | undefined {
  const { leastDeaths = 5, mostStretches = 5 } = options;
  const { edges } = before;
  if (edges.length !== after.edges.length || edges.some((edge, index) => edge !== after.edges[index])) {
    throw new RangeError('windows must be on the same edges');
  }
  const hazards = Float64Array.from({ length: edges.length - 1 }, (_, bin) =>
    survival[bin]! > 0 ? Math.min(30, -Math.log(Math.max(1e-13, survival[bin + 1]! / survival[bin]!))) : 0,
  );
  const windows = [before, after];
  const groups = stretches(windows, survival, leastDeaths, mostStretches);
  if (!groups) return undefined;
  const common = multiples(windows, hazards, groups);
  const own = windows.map((window) => multiples([window], hazards, groups));
  const fit = (window: DurationEvidence, factors: Float64Array): number =>
    logLikelihood(window, [scaled(hazards, groups, factors)]);
  const together = windows.reduce((sum, window) => sum + fit(window, common), 0);
  const apart = windows.reduce((sum, window, index) => sum + fit(window, own[index]!), 0);
  const statistic = Math.max(0, 2 * (apart - together));
  const degreesOfFreedom = common.length;
  const firsts = Array.from(common, (_, group) => groups.indexOf(group));
  return {
    statistic,
    degreesOfFreedom,
    p: chiSquaredUpperTail(statistic, degreesOfFreedom),
    hazardRatios: Float64Array.from(common, (_, group) => own[1]![group]! / own[0]![group]!),
    bounds: Float64Array.from([...firsts, edges.length - 1], (edge) => edges[edge]!),
  };
}

/** Stretch of each bin, or undefined if even all bins together have too few ends. */
function stretches(
  windows: readonly DurationEvidence[],
  survival: Float64Array,
  least: number,
  most: number,
): Uint32Array | undefined {
  const expected = windows.map((window) => {
    const { atRisk } = expectedDeaths(window, survival);
    return (bin: number): number =>
      survival[bin]! > 0 ? atRisk[bin]! * (1 - survival[bin + 1]! / survival[bin]!) : 0;
  });
  const groups = new Uint32Array(survival.length - 1);
  const total = groups.reduce(
    (sum, _, bin) => sum + expected.reduce((all, deaths) => all + deaths(bin), 0),
    0,
  );
  const sums = windows.map(() => 0);
  let group = 0;
  for (let bin = 0; bin < groups.length; bin += 1) {
    groups[bin] = group;
    for (const [index, deaths] of expected.entries()) sums[index] = sums[index]! + deaths(bin);
    const both = sums.reduce((sum, deaths) => sum + deaths, 0);
    if (Math.min(...sums) >= least && both >= (1 - 1e-9) * (total / most)) {
      group += 1;
      sums.fill(0);
    }
  }
  if (group === 0) return undefined;
  // The remainder is too small for a separate stretch.
  return groups.map((own) => Math.min(own, group - 1));
}

/** The best-fitting multiples of the hazards in each stretch (EM). */
function multiples(
  windows: readonly DurationEvidence[],
  hazards: Float64Array,
  groups: Uint32Array,
): Float64Array {
  const count = groups.at(-1)! + 1;
  const factors = new Float64Array(count).fill(1);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration += 1) {
    const expected = windows.map((window) => expectedDeaths(window, scaled(hazards, groups, factors)));
    let moved = 0;
    for (let group = 0; group < count; group += 1) {
      const bins: { readonly deaths: number; readonly survivors: number; readonly hazard: number }[] = [];
      for (let bin = groups.indexOf(group); groups[bin] === group; bin += 1) {
        const deaths = expected.reduce((sum, own) => sum + own.deaths[bin]!, 0);
        const atRisk = expected.reduce((sum, own) => sum + own.atRisk[bin]!, 0);
        if (hazards[bin]! > 0) {
          bins.push({ deaths, survivors: Math.max(0, atRisk - deaths), hazard: hazards[bin]! });
        }
      }
      const factor = factorOf(bins, factors[group]!);
      moved = Math.max(moved, Math.abs(Math.log(factor / factors[group]!)));
      factors[group] = factor;
    }
    if (moved < TOLERANCE) break;
  }
  return factors;
}

/** Solves Σ deaths · h / (e^(φh) − 1) = Σ survivors · h for φ by Newton on its logarithm. */
function factorOf(
  bins: readonly { readonly deaths: number; readonly survivors: number; readonly hazard: number }[],
  start: number,
): number {
  const exposure = bins.reduce((sum, { survivors, hazard }) => sum + survivors * hazard, 0);
  let at = Math.log(start);
  for (let turn = 0; turn < 50; turn += 1) {
    let excess = -exposure;
    let fall = 0;
    for (const { deaths, hazard } of bins) {
      const odds = Math.expm1(Math.exp(at) * hazard);
      excess += (deaths * hazard) / odds;
      fall += (deaths * hazard * hazard * (1 + odds) * Math.exp(at)) / (odds * odds);
    }
    const step = fall > 0 ? Math.min(1, Math.max(-1, excess / fall)) : Math.sign(excess);
    at = Math.min(LARGEST, Math.max(-LARGEST, at + step));
    if (Math.abs(step) < 1e-9) break;
  }
  return Math.exp(at);
}

function scaled(hazards: Float64Array, groups: Uint32Array, factors: Float64Array): Float64Array {
  const survival = new Float64Array(hazards.length + 1);
  survival[0] = 1;
  let sum = 0;
  for (let bin = 0; bin < hazards.length; bin += 1) {
    sum += hazards[bin]! * factors[groups[bin]!]!;
    survival[bin + 1] = Math.exp(-sum);
  }
  return survival;
}
