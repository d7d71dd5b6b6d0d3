import { LEAST_LIKELIHOOD } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { groupObservations } from './grouped-observations.ts';
import type { GroupedObservations } from './grouped-observations.ts';
import type { IdleLaw } from './idle-laws.ts';
import { expit } from './log-space.ts';

/** Prior of the leak: normal on its logit, 95 % between 5e-5 and 0.1. */
const LEAK_LOGIT_MEAN = -6;
const LEAK_LOGIT_DEVIATION = 2;

/** The log-likelihood of a law, at its best-fitting leak. */
export interface LeakProfile {
  /** Without the prior of the leak. */
  readonly logLikelihood: number;
  /** Including the prior of the leak; this is maximised. */
  readonly logPosterior: number;
  /** Share lost at once. */
  readonly leak: number;
  readonly leakLogit: number;
}

/** ln of the leak's prior, up to a constant. */
export function leakPrior(leakLogit: number): number {
  return -((leakLogit - LEAK_LOGIT_MEAN) ** 2) / (2 * LEAK_LOGIT_DEVIATION ** 2);
}

/**
 * Log-likelihoods of laws on one set of evidence. The likelihood of an observation is linear in the share 1 − a that
 * does not leak: Z = c + (1 − a) · d, where c is the evidence of an end at once. So the leak costs a few divisions and
 * adds no dimension to the search. Most observations were alive at some edge; for these c = 0, and the leak costs
 * nothing. Its buffers are reused: use one object per search.
 */
export class LawLikelihood {
  readonly #evidence: DurationEvidence;
  readonly #plain: Filled;
  /** Distinguishes batch sizes; absent until a law of batches asks. */
  #batched: Filled | undefined;
  #evaluations = 0;

  constructor(evidence: DurationEvidence) {
    this.#evidence = evidence;
    this.#plain = new Filled(groupObservations(evidence, false));
  }

  /** Number of likelihoods computed. */
  get evaluations(): number {
    return this.#evaluations;
  }

  /**
   * At the best leak.
   *
   * @param near initial logit of the leak
   */
  profile(law: IdleLaw, parameters: readonly number[], near = LEAK_LOGIT_MEAN): LeakProfile {
    const filled = this.#fill(law, parameters);
    let at = near;
    for (let turn = 0; turn < 12; turn += 1) {
      const { slope, curvature } = filled.slope(at);
      // Newton steps where the posterior is concave, else along the slope; the step length is limited.
      const step = curvature < 0 ? -slope / curvature : Math.sign(slope);
      at = Math.min(8, Math.max(-30, at + Math.min(3, Math.max(-3, step))));
      // The next step would be of its square: too short to change the likelihood.
      if (Math.abs(step) < 0.03) break;
    }
    return filled.at(at);
  }

  /**
   * Slopes of the log posterior with respect to the parameters of the last {@link profile}, on the scale of the fit. At
   * the best leak its own slope is 0, so that it is kept. For laws that have slopes.
   */
  slopes(law: IdleLaw, parameters: readonly number[], leak: number): number[] {
    return this.#plain.slopes(law, parameters, leak);
  }

  /** At a given leak. */
  at(law: IdleLaw, parameters: readonly number[], leakLogit: number): LeakProfile {
    return this.#fill(law, parameters).at(leakLogit);
  }

  #fill(law: IdleLaw, parameters: readonly number[]): Filled {
    this.#evaluations += 1;
    const { batchSizes } = this.#evidence;
    const filled = law.ofBatches
      ? (this.#batched ??= new Filled(groupObservations(this.#evidence, true)))
      : this.#plain;
    filled.fill(law, parameters, law.ofBatches ? batchSizes : undefined);
    return filled;
  }
}

/** The observations under one law, for any leak. */
class Filled {
  readonly #grouped: GroupedObservations;
  /** Survival at the times of all batch sizes. */
  readonly #survival: Float64Array;
  readonly #parts: readonly { readonly times: Float64Array; readonly values: Float64Array }[];
  /** d of each group of the others. */
  readonly #later: Float64Array;
  readonly #slopes: Float64Array;
  /** Σ weight · ln S of those that were alive, without those that the law rules out. */
  #aliveLog = 0;
  #aliveWeight = 0;
  #ruledOutWeight = 0;

  constructor(grouped: GroupedObservations) {
    this.#grouped = grouped;
    this.#later = new Float64Array(grouped.others.weights.length);
    this.#survival = new Float64Array(grouped.times.reduce((sum, { length }) => sum + length, 0));
    this.#slopes = new Float64Array(this.#survival.length);
    let from = 0;
    this.#parts = grouped.times.map((times) => {
      const values = this.#survival.subarray(from, from + times.length);
      from += times.length;
      return { times, values };
    });
  }

  /** @param batchSizes absent for a law that does not distinguish them */
  fill(law: IdleLaw, parameters: readonly number[], batchSizes: Uint32Array | undefined): void {
    for (const [part, { times, values }] of this.#parts.entries())
      law.tabulate(parameters, batchSizes?.[part] ?? 1, times, values);
    const survival = this.#survival;
    const { alive, others } = this.#grouped;
    let log = 0;
    let weight = 0;
    let ruledOut = 0;
    let level = 1;
    let logOfLevel = 0;
    for (let index = 0; index < alive.weights.length; index += 1) {
      const value = survival[alive.places[index]!]!;
      const own = alive.weights[index]!;
      if (value > LEAST_LIKELIHOOD) {
        weight += own;
        // A law with steps has few levels.
        if (value !== level) {
          level = value;
          logOfLevel = Math.log(value);
        }
        if (value < 1) log += own * logOfLevel;
      } else ruledOut += own;
    }
    this.#aliveLog = log;
    this.#aliveWeight = weight;
    this.#ruledOutWeight = ruledOut;
    const { offsets, stepPlaces, stepChanges } = others;
    const later = this.#later;
    let step = 0;
    for (let index = 0; index < later.length; index += 1) {
      const end = offsets[index + 1]!;
      let sum = 0;
      for (; step < end; step += 1) sum += stepChanges[step]! * survival[stepPlaces[step]!]!;
      later[index] = sum;
    }
  }

  at(leakLogit: number): LeakProfile {
    const { weights, atOnce } = this.#grouped.others;
    const later = this.#later;
    const leak = expit(leakLogit);
    const kept = 1 - leak;
    let logLikelihood =
      this.#aliveLog + this.#aliveWeight * Math.log(kept) + this.#ruledOutWeight * Math.log(LEAST_LIKELIHOOD);
    // Most groups have weight 1: one logarithm of a product serves many of them.
    let product = 1;
    for (let index = 0; index < weights.length; index += 1) {
      const sum = atOnce[index]! + kept * later[index]!;
      const z = sum > LEAST_LIKELIHOOD ? sum : LEAST_LIKELIHOOD;
      const weight = weights[index]!;
      if (weight === 1) {
        product *= z;
        if (product < 1e-250) {
          logLikelihood += Math.log(product);
          product = 1;
        }
      } else logLikelihood += weight * Math.log(z);
    }
    logLikelihood += Math.log(product);
    return { logLikelihood, logPosterior: logLikelihood + leakPrior(leakLogit), leak, leakLogit };
  }

  /** Derivatives of the log posterior with respect to the parameters of the last {@link fill}. */
  slopes(law: IdleLaw, parameters: readonly number[], leak: number): number[] {
    const { alive, others } = this.#grouped;
    const survival = this.#survival;
    const kept = 1 - leak;
    /** With respect to the survival at each time. */
    const slopes = this.#slopes.fill(0);
    for (let index = 0; index < alive.weights.length; index += 1) {
      const place = alive.places[index]!;
      const value = survival[place]!;
      if (value > LEAST_LIKELIHOOD) slopes[place] = slopes[place]! + alive.weights[index]! / value;
    }
    const { offsets, stepPlaces, stepChanges, atOnce, weights } = others;
    let step = 0;
    for (let index = 0; index < weights.length; index += 1) {
      const z = atOnce[index]! + kept * this.#later[index]!;
      const end = offsets[index + 1]!;
      const share = z > LEAST_LIKELIHOOD ? (weights[index]! * kept) / z : 0;
      for (; step < end; step += 1) {
        const place = stepPlaces[step]!;
        slopes[place] = slopes[place]! + share * stepChanges[step]!;
      }
    }
    return law.slopes!(parameters, this.#parts[0]!.times, survival, slopes);
  }

  /** Derivatives of the log posterior with respect to the leak's logit. */
  slope(leakLogit: number): { slope: number; curvature: number } {
    const { weights, atOnce } = this.#grouped.others;
    const leak = expit(leakLogit);
    const kept = 1 - leak;
    let first = this.#aliveWeight / kept;
    let second = this.#aliveWeight / kept ** 2;
    for (let index = 0; index < weights.length; index += 1) {
      const later = this.#later[index]!;
      const z = atOnce[index]! + kept * later;
      if (!(z > LEAST_LIKELIHOOD)) continue;
      const ratio = later / z;
      first += weights[index]! * ratio;
      second += weights[index]! * ratio * ratio;
    }
    const speed = leak * kept;
    const variance = LEAK_LOGIT_DEVIATION ** 2;
    return {
      slope: -first * speed - (leakLogit - LEAK_LOGIT_MEAN) / variance,
      curvature: -second * speed ** 2 - first * speed * (kept - leak) - 1 / variance,
    };
  }
}
