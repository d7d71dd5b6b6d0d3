import type { DurationEvidence } from './duration-evidence.ts';
import { fromFree, IDLE_LAWS, toFree } from './idle-laws.ts';
import type { IdleLaw, IdleLawName } from './idle-laws.ts';
import { LawLikelihood } from './law-likelihood.ts';
import type { LeakProfile } from './law-likelihood.ts';
import { LAW_STARTS, scanRange } from './law-starts.ts';
import type { ScanRange } from './law-starts.ts';
import { nelderMead } from './nelder-mead.ts';
import { countAtMost } from './sorted.ts';
import { turnbull } from './turnbull.ts';

/** A law with its best-fitting parameters. */
export interface LawFit {
  readonly law: IdleLawName;
  /** In the order of the law's `parameters`. */
  readonly parameters: readonly number[];
  /** Share lost at once. */
  readonly leak: number;
  /** ln of the likelihood of the data, without the prior of the leak. */
  readonly logLikelihood: number;
  /** Number of free parameters, including the leak. */
  readonly parameterCount: number;
  /** Akaike's criterion: 2 · parameterCount − 2 · logLikelihood. */
  readonly aic: number;
}

export interface FitLawOptions {
  /** Non-parametric survival at each edge, which determines where to search; by default Turnbull's is computed. */
  readonly survival?: Float64Array;
  /** Number of scanned parameter sets that are refined; default 3. */
  readonly starts?: number;
  /**
   * Laws whose criterion is further than this above the best are not fitted to the last digits; default 100. With 15
   * their Akaike weight is below e^−7.
   */
  readonly hopelessAic?: number;
  /** The likelihood of the same evidence; by default it is made anew. */
  readonly likelihood?: LawLikelihood;
}

/**
 * Fits laws by maximum likelihood (with a weak prior on the leak): a scan over all parameters, then simplex searches
 * from the best ones, and steps from edge to edge for the times at which the law jumps.
 *
 * Assumes independent observations. If a batch shares its fate, the best parameters are still right, but intervals from
 * the likelihood are too narrow: resample batches.
 *
 * @param names default all
 * @returns in the order of the names, without laws of batches if all batches have size one; empty without observations
 *   that distinguish laws
 */
export function fitLaws(
  evidence: DurationEvidence,
  names: readonly IdleLawName[] = Object.keys(IDLE_LAWS) as IdleLawName[],
  options: FitLawOptions = {},
): LawFit[] {
  const survival = options.survival ?? turnbull(evidence)?.survival;
  if (!survival) return [];
  const range = scanRange(evidence, survival);
  if (range.times.length === 0) return [];
  const { likelihood = new LawLikelihood(evidence), starts = 3, hopelessAic = 100 } = options;
  // Without a batch of two, the laws of batches are steps.
  const batches = evidence.batchSizes.some((size) => size > 1);
  const fitted = names.filter((name) => batches || !IDLE_LAWS[name].ofBatches);
  const coarse = fitted.map((name) => coarseFit(likelihood, IDLE_LAWS[name], range, starts));
  const leastAic = Math.min(...coarse.map(aicOf));
  return coarse.map((found) => {
    const best =
      aicOf(found) > leastAic + hopelessAic
        ? found.best
        : polish(found.best, found.law, range, found.evaluate, FINE);
    return {
      law: found.law.name,
      parameters: best.parameters,
      leak: best.leak,
      logLikelihood: best.logLikelihood,
      parameterCount: found.law.parameters.length + 1,
      aic: aicOf({ law: found.law, best }),
    };
  });
}

interface Candidate extends LeakProfile {
  readonly parameters: readonly number[];
}

interface CoarseFit {
  readonly law: IdleLaw;
  readonly best: Candidate;
  readonly evaluate: Evaluate;
}

function aicOf({ law, best }: Pick<CoarseFit, 'law' | 'best'>): number {
  return 2 * (law.parameters.length + 1) - 2 * best.logLikelihood;
}

/** Precise enough to decide which laws are worth refining. */
function coarseFit(likelihood: LawLikelihood, law: IdleLaw, range: ScanRange, starts: number): CoarseFit {
  // The leak of the previous parameters is a good start for the next.
  let near: number | undefined;
  const evaluate = (parameters: readonly number[]): Candidate => {
    const profile = likelihood.profile(law, parameters, near);
    near = profile.leakLogit;
    return { parameters, ...profile };
  };
  const scanned = LAW_STARTS[law.name](range)
    .filter((parameters) => law.allows(parameters))
    .map((parameters) => evaluate(parameters))
    .sort((a, b) => b.logPosterior - a.logPosterior);
  const [best] = apart(scanned, starts)
    .map((start) => polish(start, law, range, evaluate, COARSE))
    .sort((a, b) => b.logPosterior - a.logPosterior);
  if (!best) throw new RangeError(`no parameters of ${law.name} to begin with`);
  return { law, best, evaluate };
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

type Evaluate = (parameters: readonly number[]) => Candidate;

interface Effort {
  readonly turns: number;
  /** In log-likelihood. */
  readonly valueTolerance: number;
  /** On the scale of the fit. */
  readonly xTolerance: number;
  /** In first steps of the law. */
  readonly firstStep: number;
  /** Maximum number of evaluations per turn and direction. */
  readonly evaluations: number;
}

/** Precision for comparing starting points. */
const COARSE: Effort = { turns: 1, valueTolerance: 0.05, xTolerance: 0.02, firstStep: 2, evaluations: 40 };
const FINE: Effort = { turns: 4, valueTolerance: 1e-4, xTolerance: 1e-3, firstStep: 1, evaluations: 80 };

function polish(
  start: Candidate,
  law: IdleLaw,
  range: ScanRange,
  evaluate: Evaluate,
  effort: Effort,
): Candidate {
  let best = start;
  for (let turn = 0; turn < effort.turns; turn += 1) {
    const before = best.logPosterior;
    if (law.jumps.length > 0) best = alongEdges(best, law, range, evaluate);
    if (law.jumps.length < law.parameters.length) best = simplex(best, law, evaluate, effort);
    if (best.logPosterior - before < 10 * effort.valueTolerance) break;
  }
  return best;
}

/** Optimises the parameters without jumps. */
function simplex(start: Candidate, law: IdleLaw, evaluate: Evaluate, effort: Effort): Candidate {
  const free = toFree(law, start.parameters);
  const smooth = free.map((_, index) => index).filter((index) => !law.jumps.includes(index));
  const parametersOf = (x: readonly number[]): number[] => {
    const moved = [...free];
    for (const [at, index] of smooth.entries()) moved[index] = x[at]!;
    const parameters = fromFree(law, moved);
    for (const jump of law.jumps) parameters[jump] = start.parameters[jump]!;
    return parameters;
  };
  const { valueTolerance, xTolerance, firstStep } = effort;
  const found = nelderMead(
    (x) => {
      const parameters = parametersOf(x);
      return law.allows(parameters) ? -evaluate(parameters).logPosterior : Infinity;
    },
    smooth.map((index) => free[index]!),
    {
      steps: smooth.map((index) => firstStep * law.steps[index]!),
      valueTolerance,
      xTolerance,
      maxEvaluations: effort.evaluations * smooth.length,
    },
  );
  const end = evaluate(parametersOf(found.x));
  return end.logPosterior > start.logPosterior ? end : start;
}

/** Moves the times at which the law jumps over one or several edges, as long as that improves the fit. */
function alongEdges(start: Candidate, law: IdleLaw, { times }: ScanRange, evaluate: Evaluate): Candidate {
  const placeOf = (index: number): number =>
    Math.sqrt(times[index]! * (times[index + 1] ?? times[index]! * 1.02));
  let best = start;
  for (let moved = true; moved;) {
    moved = false;
    for (const jump of law.jumps) {
      for (const distance of [1, -1, 2, -2, 4, -4, 8, -8]) {
        const index = countAtMost(times, best.parameters[jump]!) - 1 + distance;
        if (index < 0 || index >= times.length) continue;
        const parameters = best.parameters.with(jump, placeOf(index));
        if (!law.allows(parameters)) continue;
        const candidate = evaluate(parameters);
        if (candidate.logPosterior > best.logPosterior + 1e-9) {
          best = candidate;
          moved = true;
        }
      }
    }
  }
  return best;
}
