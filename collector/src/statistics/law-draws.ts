import type { DurationEvidence } from './duration-evidence.ts';
import type { LawFit } from './fit-law.ts';
import { fromFree, IDLE_LAWS, lawSurvival, toFree } from './idle-laws.ts';
import type { IdleLaw } from './idle-laws.ts';
import { LawLikelihood } from './law-likelihood.ts';
import { expit, logit } from './log-space.ts';
import { seededRandom } from './random.ts';

/** The posterior of a law's parameters. */
export interface LawDraws {
  /** Each with the parameters in the law's order. A draw that repeats the one before it is the same array. */
  readonly parameters: readonly (readonly number[])[];
  readonly leaks: Float64Array;
  /** Acceptance rate of the proposals; between 0.15 and 0.5 with a good step length. */
  readonly acceptance: number;
}

export interface LawDrawsOptions {
  /** Default 200. */
  readonly draws?: number;
  /** Burn-in steps, in which the step length is adapted; default half the draws. */
  readonly warmUp?: number;
  /**
   * ln of the prior of the law's parameters, besides the leak's prior, up to a constant. Default flat on the fitting
   * scale. If the data bound a width on one side only, a flat prior is unbounded.
   */
  readonly logPrior?: (parameters: readonly number[]) => number;
  /** The same seed gives the same draws. Default 1. */
  readonly seed?: number;
  /** The likelihood of the same evidence; by default it is made anew. */
  readonly likelihood?: LawLikelihood;
}

/** The scale of a proposal per dimension is 2.4 / √d standard deviations (Roberts, Gelman and Gilks 1997). */
const STEP = 2.4;

/**
 * Draws from the posterior of a law's parameters (flat on the fitting scale, with the leak's prior) by random-walk
 * Metropolis from the optimum. Draws are correlated: use them to average a survival, and for rough intervals of
 * parameters.
 *
 * @see Metropolis et al., J. Chemical Physics 21 (1953)
 */
export function drawLaw(evidence: DurationEvidence, fit: LawFit, options: LawDrawsOptions = {}): LawDraws {
  const { draws = 200, warmUp = Math.ceil(draws / 2), seed = 1, logPrior } = options;
  const { likelihood = new LawLikelihood(evidence) } = options;
  const law = IDLE_LAWS[fit.law];
  const random = seededRandom(seed);
  const posterior = (free: readonly number[]): number => {
    const parameters = fromFree(law, free.slice(0, -1));
    return law.allows(parameters) && free.every(Number.isFinite)
      ? likelihood.at(law, parameters, free.at(-1)!).logPosterior + (logPrior?.(parameters) ?? 0)
      : -Infinity;
  };
  let at = [...toFree(law, fit.parameters), logit(Math.min(1 - 1e-9, Math.max(1e-9, fit.leak)))];
  let height = posterior(at);
  const steps = stepLengths(law, at, height, posterior);
  let factor = 1;
  let taken = 0;
  const parameters: number[][] = [];
  let own: number[] | undefined;
  const leaks = new Float64Array(draws);
  for (let turn = 0; turn < warmUp + draws; turn += 1) {
    const proposal = at.map((value, index) => value + factor * steps[index]! * random.normal());
    const proposed = posterior(proposal);
    const accepted = Math.log1p(-random.uniform()) < proposed - height;
    if (accepted) {
      at = proposal;
      height = proposed;
      own = undefined;
    }
    if (turn < warmUp) {
      // Adapts the step length towards an acceptance rate of a quarter.
      factor *= Math.exp(((accepted ? 1 : 0) - 0.25) / Math.sqrt(turn + 1));
      continue;
    }
    if (accepted) taken += 1;
    own ??= fromFree(law, at.slice(0, -1));
    parameters.push(own);
    leaks[turn - warmUp] = expit(at.at(-1)!);
  }
  return { parameters, leaks, acceptance: taken / Math.max(1, draws) };
}

/** How far each parameter can move alone until the log posterior falls by one half, within bounds. */
function stepLengths(
  law: IdleLaw,
  at: readonly number[],
  height: number,
  posterior: (free: readonly number[]) => number,
): number[] {
  return at.map((value, index) => {
    const most = index === at.length - 1 || law.scales[index] === 'logit' ? 2 : 0.5;
    const falls = (step: number): boolean =>
      height - Math.max(posterior(at.with(index, value + step)), posterior(at.with(index, value - step))) >
      0.5;
    // Within a factor of four: the length of all steps together is adapted later.
    let step = 0.016;
    if (falls(step)) while (step > 0.001 && falls(step / 4)) step /= 4;
    else
      do step *= 4;
      while (step < most && !falls(step));
    return (STEP * Math.min(step, most)) / Math.sqrt(at.length);
  });
}

/** The draws without repetitions: each with the number of times it was drawn in a row. */
export function* distinctDraws({ parameters, leaks }: LawDraws): Generator<{
  readonly parameters: readonly number[];
  readonly leak: number;
  readonly count: number;
}> {
  let count = 0;
  for (const [index, own] of parameters.entries()) {
    count += 1;
    if (parameters[index + 1] === own) continue;
    yield { parameters: own, leak: leaks[index]!, count };
    count = 0;
  }
}

/**
 * Survival averaged over draws: the predictive survival of the next duration, if the law is right.
 *
 * @returns one table over the edges, or one per batch size if the law is one of batches
 */
export function averageDraws(evidence: DurationEvidence, fit: LawFit, draws: LawDraws): Float64Array[] {
  const law = IDLE_LAWS[fit.law];
  const { edges, batchSizes } = evidence;
  const all = draws.parameters.length;
  if (all === 0) return lawSurvival(law, fit.parameters, fit.leak, edges, batchSizes);
  const distinct = [...distinctDraws(draws)];
  return Array.from(law.ofBatches ? batchSizes : [1], (size) => {
    const sum = new Float64Array(edges.length);
    const own = new Float64Array(edges.length);
    for (const { parameters, leak, count } of distinct) {
      law.tabulate(parameters, size, edges, own);
      const share = ((1 - leak) * count) / all;
      for (let edge = 1; edge < edges.length; edge += 1) sum[edge] = sum[edge]! + share * own[edge]!;
    }
    sum[0] = 1;
    return sum;
  });
}

/**
 * Survival averaged over models, for example laws with their Akaike weights.
 *
 * @param tables of each model: one over the edges, or one per batch size
 * @param weights summing to 1
 * @returns one table if every model with weight has one, else one per batch size
 */
export function averageSurvival(
  tables: readonly (readonly Float64Array[])[],
  weights: readonly number[],
): Float64Array[] {
  const used = tables
    .map((own, model) => ({ own, weight: weights[model]! }))
    .filter(({ weight }) => weight > 0);
  const count = used.reduce((most, { own }) => Math.max(most, own.length), 1);
  return Array.from({ length: count }, (_, size) => {
    const sum = new Float64Array(used[0]?.own[0]?.length ?? 0);
    for (const { own, weight } of used) {
      const table = own.length === 1 ? own[0]! : own[size]!;
      for (let edge = 0; edge < sum.length; edge += 1) sum[edge] = sum[edge]! + weight * table[edge]!;
    }
    return sum;
  });
}
