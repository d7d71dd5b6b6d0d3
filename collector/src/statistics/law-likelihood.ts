import { LEAST_LIKELIHOOD } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
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
 * The observations as the likelihood needs them: regardless of the end of observation, and without uninformative ones.
 */
interface Classes {
  readonly offsets: Uint32Array;
  /** Steps after the start. */
  readonly stepEdges: Uint32Array;
  readonly stepChanges: Float64Array;
  /** The evidence of an end at once. */
  readonly atOnce: Float64Array;
  readonly weights: Float64Array;
  readonly batches: Uint32Array;
}

/**
 * Log-likelihoods of laws on one set of evidence. The likelihood of an observation is linear in the share 1 − a that
 * does not leak: Z = c + (1 − a) · d, where c is the evidence of an end at once. So the leak costs a few divisions and
 * adds no dimension to the search. Its buffers are reused: use one object per search.
 */
export class LawLikelihood {
  readonly #edges: Float64Array;
  readonly #batchSizes: Uint32Array;
  readonly #classes: Classes;
  /** d of each class. */
  readonly #later: Float64Array;
  readonly #tables: readonly Float64Array[];
  /** The edges in use. */
  readonly #used: Uint32Array;
  #evaluations = 0;

  constructor(evidence: DurationEvidence) {
    this.#edges = evidence.edges;
    this.#batchSizes = evidence.batchSizes;
    this.#classes = classesOf(evidence);
    this.#later = new Float64Array(this.#classes.weights.length);
    this.#tables = Array.from(evidence.batchSizes, () => new Float64Array(evidence.edges.length));
    this.#used = Uint32Array.from(new Set(this.#classes.stepEdges)).sort();
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
    this.#fill(law, parameters);
    let at = near;
    for (let turn = 0; turn < 12; turn += 1) {
      const { slope, curvature } = this.#slope(at);
      // Newton steps where the posterior is concave, else along the slope; the step length is limited.
      const step = curvature < 0 ? -slope / curvature : Math.sign(slope);
      at = Math.min(8, Math.max(-30, at + Math.min(3, Math.max(-3, step))));
      if (Math.abs(step) < 1e-3) break;
    }
    return this.#at(at);
  }

  /** At a given leak. */
  at(law: IdleLaw, parameters: readonly number[], leakLogit: number): LeakProfile {
    this.#fill(law, parameters);
    return this.#at(leakLogit);
  }

  #at(leakLogit: number): LeakProfile {
    const { weights, atOnce } = this.#classes;
    const later = this.#later;
    const leak = expit(leakLogit);
    const kept = 1 - leak;
    let logLikelihood = 0;
    // Most classes have weight 1: one logarithm of a product serves many of them.
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

  #fill(law: IdleLaw, parameters: readonly number[]): void {
    this.#evaluations += 1;
    const { offsets, stepEdges, stepChanges, batches } = this.#classes;
    const edges = this.#edges;
    const later = this.#later;
    const tables = law.ofBatches ? this.#tables.length : 1;
    for (let table = 0; table < tables; table += 1) {
      const survival = law.survival(parameters, law.ofBatches ? this.#batchSizes[table]! : 1);
      const values = this.#tables[table]!;
      for (const edge of this.#used) values[edge] = survival(edges[edge]!);
    }
    const only = tables === 1 ? this.#tables[0] : undefined;
    let step = 0;
    for (let index = 0; index < later.length; index += 1) {
      const values = only ?? this.#tables[batches[index]!]!;
      const end = offsets[index + 1]!;
      let sum = 0;
      for (; step < end; step += 1) sum += stepChanges[step]! * values[stepEdges[step]!]!;
      later[index] = sum;
    }
  }

  /** Derivatives of the log posterior with respect to the leak's logit. */
  #slope(leakLogit: number): { slope: number; curvature: number } {
    const { weights, atOnce } = this.#classes;
    const leak = expit(leakLogit);
    const kept = 1 - leak;
    let first = 0;
    let second = 0;
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

function classesOf(evidence: DurationEvidence): Classes {
  const { offsets, stepEdges, stepChanges, weights, batches } = evidence;
  const classes = new Map<string, { observation: number; weight: number }>();
  for (let observation = 0; observation < weights.length; observation += 1) {
    const from = offsets[observation]!;
    const to = offsets[observation + 1]!;
    // Still going on without any sign: likely under any law.
    if (to === from + 1 && stepEdges[from] === 0) continue;
    const key = `${batches[observation]}|${stepEdges.subarray(from, to).join()}|${stepChanges.subarray(from, to).join()}`;
    const same = classes.get(key);
    if (same) same.weight += weights[observation]!;
    else classes.set(key, { observation, weight: weights[observation]! });
  }
  const count = classes.size;
  const own = {
    offsets: new Uint32Array(count + 1),
    atOnce: new Float64Array(count),
    weights: new Float64Array(count),
    batches: new Uint32Array(count),
  };
  const edges: number[] = [];
  const changes: number[] = [];
  let index = 0;
  for (const { observation, weight } of classes.values()) {
    for (let step = offsets[observation]!; step < offsets[observation + 1]!; step += 1) {
      if (stepEdges[step] === 0) own.atOnce[index] = stepChanges[step]!;
      else {
        edges.push(stepEdges[step]!);
        changes.push(stepChanges[step]!);
      }
    }
    own.weights[index] = weight;
    own.batches[index] = batches[observation]!;
    index += 1;
    own.offsets[index] = edges.length;
  }
  return { ...own, stepEdges: Uint32Array.from(edges), stepChanges: Float64Array.from(changes) };
}
