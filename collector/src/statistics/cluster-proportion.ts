import { normalCdf, twoSidedT, twoSidedZ } from './distributions.ts';
import { expit, logit } from './log-space.ts';
import { wilson } from './proportion.ts';
import type { Proportion } from './proportion.ts';

/** A share whose trials are grouped into clusters, with dependence within a cluster. */
export interface ClusterProportion extends Proportion {
  /** Clusters with at least one trial. */
  readonly clusters: number;
  /** Effective number of clusters: the number of equal clusters with the same weight, (Σ n)² / Σ n². */
  readonly effectiveClusters: number;
  /** Variance relative to that of independent trials; absent if it cannot be estimated. */
  readonly designEffect?: number;
}

export interface ClusterProportionOptions {
  /** Default 0.95. */
  readonly level?: number;
  /**
   * Design effect to assume if none can be estimated: with fewer than two clusters, or if every trial or no trial is a
   * hit. Default that of clusters whose trials all agree, which is the widest.
   */
  readonly assumedDesignEffect?: number;
}

/**
 * Interval of Σ hits / Σ trials if only the clusters are independent: cold starts by block of time, probes by batch. It
 * uses the linearised variance of a ratio over clusters and a t quantile with the effective number of clusters minus
 * one, on the logit scale. It is never narrower than Wilson's interval, because a few clusters that happen to agree
 * prove nothing.
 *
 * Assumes at least about ten clusters; with fewer it is wide rather than wrong. Do not use it for a count that is fixed
 * in each cluster, such as one cold start per sandbox: that has no variance between clusters.
 *
 * @param hits of each cluster
 * @param trials of each cluster; clusters without trials are ignored
 * @see Cochran, Sampling Techniques, 3rd ed. (1977), section 3.12 and 6.4; Korn and Graubard, Survey Methodology 24
 *   (1998), for intervals of proportions on the logit scale with t
 */
export function clusterProportion(
  hits: ArrayLike<number>,
  trials: ArrayLike<number>,
  options: ClusterProportionOptions = {},
): ClusterProportion {
  const { level = 0.95 } = options;
  let clusters = 0;
  let n = 0;
  let squares = 0;
  let sum = 0;
  for (let index = 0; index < trials.length; index += 1) {
    const size = trials[index]!;
    if (!(size > 0)) continue;
    clusters += 1;
    n += size;
    squares += size * size;
    sum += hits[index]!;
  }
  if (n === 0) return { low: 0, high: 1, n: 0, clusters: 0, effectiveClusters: 0 };
  const effectiveClusters = (n * n) / squares;
  const value = sum / n;
  let residuals = 0;
  for (let index = 0; index < trials.length; index += 1) {
    const size = trials[index]!;
    if (size > 0) residuals += (hits[index]! - value * size) ** 2;
  }
  if (clusters < 2 || value <= 0 || value >= 1) {
    const assumed = Math.max(1, options.assumedDesignEffect ?? n / effectiveClusters);
    const { low, high } = wilson(sum / assumed, n / assumed, level);
    return { value, low, high, n, clusters, effectiveClusters };
  }
  const variance = ((clusters / (clusters - 1)) * residuals) / (n * n);
  const half =
    (twoSidedT(level, Math.max(1, effectiveClusters - 1)) * Math.sqrt(variance)) / (value * (1 - value));
  const independent = wilson(sum, n, level);
  return {
    value,
    low: Math.min(independent.low, expit(logit(value) - half)),
    high: Math.max(independent.high, expit(logit(value) + half)),
    n,
    clusters,
    effectiveClusters,
    designEffect: (variance * n) / (value * (1 - value)),
  };
}

/** The difference of a share between two samples. */
export interface ClusterDifference {
  /** Share of the second minus that of the first. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, for no difference. */
  readonly p: number;
}

/**
 * Difference of two shares, for example this week's cold starts and last week's, if only clusters are independent:
 * linearised variances, never below those of independent trials, and a normal quantile.
 *
 * Assumes about ten clusters per side, and some hits and misses on each.
 *
 * @param before and after: hits and trials of each cluster
 * @returns undefined with fewer than two clusters on a side, or if all or none of the trials on a side are hits
 * @see Cochran (1977), section 6.4
 */
export function clusterDifference(
  before: { readonly hits: ArrayLike<number>; readonly trials: ArrayLike<number> },
  after: { readonly hits: ArrayLike<number>; readonly trials: ArrayLike<number> },
  level = 0.95,
): ClusterDifference | undefined {
  const sides = [before, after].map(({ hits, trials }) => clusterProportion(hits, trials));
  let variance = 0;
  for (const { value = 0, n, designEffect } of sides) {
    if (designEffect === undefined) return undefined;
    variance += (Math.max(1, designEffect) * value * (1 - value)) / n;
  }
  const value = sides[1]!.value! - sides[0]!.value!;
  const half = twoSidedZ(level) * Math.sqrt(variance);
  return {
    value,
    low: Math.max(-1, value - half),
    high: Math.min(1, value + half),
    p: Math.min(1, 2 * normalCdf(-Math.abs(value) / Math.sqrt(variance))),
  };
}
