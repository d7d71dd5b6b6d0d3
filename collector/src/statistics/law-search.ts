import { bfgs } from './bfgs.ts';
import { fromUnbounded, toUnbounded, unboundedSlopes } from './idle-laws.ts';
import type { IdleLaw } from './idle-laws.ts';
import type { LawLikelihood, LeakProfile } from './law-likelihood.ts';
import { LAW_STARTS } from './law-starts.ts';
import type { FittedLaws, ScanRange } from './law-starts.ts';
import { countAtMost } from './sorted.ts';

/** Parameters of a law and how well they fit. */
export interface Candidate extends LeakProfile {
  readonly parameters: readonly number[];
}

interface Effort {
  readonly turns: number;
  /** In log-likelihood. */
  readonly valueTolerance: number;
  /** Most evaluations along the slope per turn. */
  readonly evaluations: number;
}

/** Precise enough to compare starting points, and laws. */
const COARSE: Effort = { turns: 2, valueTolerance: 0.005, evaluations: 40 };
const FINE: Effort = { turns: 4, valueTolerance: 1e-4, evaluations: 80 };

/** Number of scanned parameter sets that are refined: the likelihood of soft laws has more local maxima. */
const SMOOTH_STARTS = 3;
const JUMP_STARTS = 2;

/** Distances in edges by which a time is moved. */
const DISTANCES = [1, -1, 2, -2, 4, -4, 8, -8];

/** The search for the best parameters of one law. */
export class LawSearch {
  readonly law: IdleLaw;
  readonly #likelihood: LawLikelihood;
  readonly #range: ScanRange;
  /** The leak of the previous parameters is a good start for the next. */
  #near: number | undefined;
  #best: Candidate;

  /**
   * Finds them coarsely.
   *
   * @param fitted laws that were fitted before
   * @throws {RangeError} without parameters to begin with
   */
  constructor(law: IdleLaw, likelihood: LawLikelihood, range: ScanRange, fitted: FittedLaws) {
    this.law = law;
    this.#likelihood = likelihood;
    this.#range = range;
    const scanned = LAW_STARTS[law.name](range, fitted)
      .filter((parameters) => law.allows(parameters))
      .map((parameters) => this.#evaluate(parameters));
    const starts = apart(byFit(scanned), law.jumps.length > 0 ? JUMP_STARTS : SMOOTH_STARTS);
    const [best] = byFit(starts.map((start) => this.#polish(start, COARSE)));
    if (!best) throw new RangeError(`no parameters of ${law.name} to begin with`);
    this.#best = best;
  }

  get best(): Candidate {
    return this.#best;
  }

  /** Akaike's criterion of the best. */
  get aic(): number {
    return 2 * (this.law.parameters.length + 1) - 2 * this.#best.logLikelihood;
  }

  /** Finds the best to the last digits. */
  refine(): void {
    this.#best = this.#polish(this.#best, FINE);
  }

  #evaluate(parameters: readonly number[]): Candidate {
    const profile = this.#likelihood.profile(this.law, parameters, this.#near);
    this.#near = profile.leakLogit;
    const { logLikelihood, logPosterior, leak, leakLogit } = profile;
    return { parameters, logLikelihood, logPosterior, leak, leakLogit };
  }

  #polish(start: Candidate, effort: Effort): Candidate {
    const { jumps, kinks, parameters } = this.law;
    const edged = [...jumps, ...kinks];
    let best = start;
    for (let turn = 0; turn < effort.turns; turn += 1) {
      const before = best.logPosterior;
      if (edged.length > 0) best = this.#alongEdges(best, edged);
      if (jumps.length < parameters.length) best = this.#alongSlope(best, effort);
      // Only both kinds of steps together may lead on.
      if (edged.length === 0 || jumps.length === parameters.length) break;
      if (best.logPosterior - before < 10 * effort.valueTolerance) break;
    }
    return best;
  }

  /** Optimises the parameters without jumps. */
  #alongSlope(start: Candidate, { valueTolerance, evaluations }: Effort): Candidate {
    const { law } = this;
    const unbounded = toUnbounded(law, start.parameters);
    const smooth = [...unbounded.keys()].filter((index) => !law.jumps.includes(index));
    let best = start;
    bfgs(
      (x) => {
        const moved = [...unbounded];
        for (const [at, index] of smooth.entries()) moved[index] = x[at]!;
        const parameters = fromUnbounded(law, moved);
        for (const jump of law.jumps) parameters[jump] = start.parameters[jump]!;
        // Rounding may bring a parameter onto its bound.
        if (!law.allows(parameters)) return { value: Infinity, gradient: x.map(() => 0) };
        const candidate = this.#evaluate(parameters);
        if (candidate.logPosterior > best.logPosterior) best = candidate;
        const slopes = unboundedSlopes(law, moved, this.#likelihood.slopes(law, parameters, candidate.leak));
        return { value: -candidate.logPosterior, gradient: smooth.map((index) => -slopes[index]!) };
      },
      smooth.map((index) => unbounded[index]!),
      { steps: smooth.map((index) => law.steps[index]!), valueTolerance, maxEvaluations: evaluations },
    );
    return best;
  }

  /** Moves times over one or several edges, as long as that improves the fit. */
  #alongEdges(start: Candidate, edged: readonly number[]): Candidate {
    const { times } = this.#range;
    const placeOf = (index: number): number =>
      Math.sqrt(times[index]! * (times[index + 1] ?? times[index]! * 1.02));
    let best = start;
    for (let moved = true; moved;) {
      moved = false;
      for (const parameter of edged) {
        for (const distance of DISTANCES) {
          const index = countAtMost(times, best.parameters[parameter]!) - 1 + distance;
          if (index < 0 || index >= times.length) continue;
          const parameters = best.parameters.with(parameter, placeOf(index));
          if (!this.law.allows(parameters)) continue;
          const candidate = this.#evaluate(parameters);
          if (candidate.logPosterior > best.logPosterior + 1e-9) {
            best = candidate;
            moved = true;
          }
        }
      }
    }
    return best;
  }
}

function byFit(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => b.logPosterior - a.logPosterior);
}

/** The best ones that differ by more than a few percent in some parameter. */
function apart(scanned: readonly Candidate[], count: number): Candidate[] {
  const chosen: Candidate[] = [];
  for (const candidate of scanned) {
    if (chosen.length >= count) break;
    const far = chosen.every((other) =>
      other.parameters.some(
        (value, index) => Math.abs(Math.log(value / candidate.parameters[index]!)) > 0.08,
      ),
    );
    if (far) chosen.push(candidate);
  }
  return chosen;
}
