import type { DurationEvidence } from './duration-evidence.ts';
import { IDLE_LAWS } from './idle-laws.ts';
import type { IdleLawName } from './idle-laws.ts';
import { LawLikelihood } from './law-likelihood.ts';
import { LawSearch } from './law-search.ts';
import { scanRange } from './law-starts.ts';
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
  /**
   * Laws whose criterion is further than this above the best are not fitted to the last digits; default 100. With 15
   * their Akaike weight is below e^−7.
   */
  readonly hopelessAic?: number;
  /** The likelihood of the same evidence; by default it is made anew. */
  readonly likelihood?: LawLikelihood;
}

/**
 * Fits laws by maximum likelihood (with a weak prior on the leak): a scan over all parameters, then searches along the
 * slope from the best ones, and steps from edge to edge for the times at which the law jumps.
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
  const { likelihood = new LawLikelihood(evidence), hopelessAic = 100 } = options;
  // Without a batch of two, the laws of batches are steps.
  const batches = evidence.batchSizes.some((size) => size > 1);
  const fitted = names.filter((name) => batches || !IDLE_LAWS[name].ofBatches);
  const searches: LawSearch[] = [];
  const known = new Map<IdleLawName, readonly number[]>();
  for (const name of fitted) {
    const search = new LawSearch(IDLE_LAWS[name], likelihood, range, known);
    known.set(name, search.best.parameters);
    searches.push(search);
  }
  const leastAic = Math.min(...searches.map(({ aic }) => aic));
  return searches.map((search) => {
    if (search.aic <= leastAic + hopelessAic) search.refine();
    const { law, best, aic } = search;
    return {
      law: law.name,
      parameters: best.parameters,
      leak: best.leak,
      logLikelihood: best.logLikelihood,
      parameterCount: law.parameters.length + 1,
      aic,
    };
  });
}
