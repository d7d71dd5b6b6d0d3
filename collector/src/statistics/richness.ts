import { twoSidedZ } from './distributions.ts';

/** The number of kinds, estimated from how often each was seen. */
export interface Richness {
  /** Kinds seen. */
  readonly seen: number;
  /** Lower bound of the number of kinds (Chao1, bias-corrected). */
  readonly chao1: number;
  readonly standardError: number;
  /** Log-normal interval of the bound; never below the number seen. */
  readonly low: number;
  readonly high: number;
  /** Share of draws that would hit a kind already seen: Good's 1 − f₁/n. Absent without draws. */
  readonly coverage?: number;
  readonly coverageLow?: number;
  readonly coverageHigh?: number;
  /** Draws. */
  readonly n: number;
}

/**
 * Chao's lower bound of the number of kinds (distinct hosts) from counts of each, with Good's coverage.
 *
 * Draws must be practically independent: one per birth of a sandbox, not one per invocation. If some kinds are more
 * likely to be drawn, it remains a lower bound. With a coverage below one half, report only the number seen.
 *
 * @param counts how often each kind was seen; zeros are ignored
 * @param level of both intervals; default 0.95
 * @see Chao, Scandinavian J. Statistics 11 (1984) and Biometrics 43 (1987); Good, Biometrika 40 (1953); Esty, Annals of
 *   Statistics 11 (1983), for the interval of coverage
 */
export function richness(counts: ArrayLike<number>, level = 0.95): Richness {
  let n = 0;
  let seen = 0;
  let once = 0;
  let twice = 0;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index]!;
    if (!(count > 0)) continue;
    n += count;
    seen += 1;
    if (count === 1) once += 1;
    if (count === 2) twice += 1;
  }
  if (n === 0) return { seen, chao1: 0, standardError: 0, low: 0, high: 0, n };
  const unseen = (once * (once - 1)) / (2 * (twice + 1));
  const chao1 = seen + unseen;
  const standardError = Math.sqrt(Math.max(0, chao1Variance(seen, chao1, once, twice, n)));
  const z = twoSidedZ(level);
  let low = seen;
  let high = seen;
  if (unseen > 0) {
    const spread = Math.exp(z * Math.sqrt(Math.log1p((standardError / unseen) ** 2)));
    low = seen + unseen / spread;
    high = seen + unseen * spread;
  } else if (standardError > 0) {
    // No kind seems to be missing; computed as in EstimateS, from the probability that a kind was not seen.
    const missing = Math.exp(-n / seen);
    const half = (z * standardError) / (1 - missing);
    low = Math.max(seen, seen / (1 - missing) - half);
    high = seen / (1 - missing) + half;
  }
  const coverage = 1 - once / n;
  const coverageError = Math.sqrt(Math.max(0, (once * (1 - once / n) + 2 * twice) / (n * n)));
  return {
    seen,
    chao1,
    standardError,
    low,
    high,
    coverage,
    coverageLow: Math.max(0, coverage - z * coverageError),
    coverageHigh: Math.min(1, coverage + z * coverageError),
    n,
  };
}

/**
 * Delta method over the frequencies of frequencies, as in vegan's `estimateR`; as in EstimateS if no kind was seen
 * exactly once.
 */
function chao1Variance(seen: number, chao1: number, once: number, twice: number, n: number): number {
  if (once === 0) {
    const missing = Math.exp(-n / seen);
    return seen * missing * (1 - missing);
  }
  const perOnce = 1 + (2 * once - 1) / (2 * (twice + 1));
  const perTwice = 1 - (once * (once - 1)) / (2 * (twice + 1) ** 2);
  const rest = seen - once - twice;
  const sum = perOnce * once + perTwice * twice + rest;
  return perOnce ** 2 * once + perTwice ** 2 * twice + rest - sum ** 2 / chao1;
}

/** A population size from two samples. */
export interface Recapture {
  readonly value: number;
  readonly standardError: number;
  /** Log-normal interval of the unseen kinds, added to the seen ones. */
  readonly low: number;
  readonly high: number;
}

/**
 * Chapman's estimate of the number of kinds from two samples (two bursts) and their overlap.
 *
 * Assumes that no kinds appeared or disappeared in between, and that every kind is equally likely to be seen.
 *
 * @param first number of distinct kinds in the first sample
 * @param second number in the second
 * @param both number in both
 * @see Chapman, University of California Publications in Statistics 1 (1951); variance by Seber (1970)
 */
export function chapman(first: number, second: number, both: number, level = 0.95): Recapture {
  const value = ((first + 1) * (second + 1)) / (both + 1) - 1;
  const variance =
    ((first + 1) * (second + 1) * (first - both) * (second - both)) / ((both + 1) ** 2 * (both + 2));
  const seen = first + second - both;
  const unseen = Math.max(0, value - seen);
  const spread = unseen > 0 ? Math.exp(twoSidedZ(level) * Math.sqrt(Math.log1p(variance / unseen ** 2))) : 1;
  return {
    value,
    standardError: Math.sqrt(variance),
    low: seen + unseen / spread,
    high: seen + unseen * spread,
  };
}
