import { twoSidedZ } from './distributions.ts';

/** A share with its interval. */
export interface Proportion {
  /** Absent if n is 0. */
  readonly value?: number;
  /** 0 to 1. */
  readonly low: number;
  /** 0 to 1. */
  readonly high: number;
  /** Trials. */
  readonly n: number;
}

/**
 * Wilson's score interval of hits out of n, which stays within [0, 1] and is reliable for small n. Counts may be
 * fractional (weights, or n divided by a design effect).
 *
 * Do not use it for trials in dependent groups, such as the calls of one burst: see `clusterProportion`.
 *
 * @param level of the interval; default 0.95
 * @see Wilson, JASA 22 (1927); Newcombe, Statistics in Medicine 17 (1998), method 3
 */
export function wilson(hits: number, n: number, level = 0.95): Proportion {
  if (!(n > 0)) return { low: 0, high: 1, n: 0 };
  const z2 = twoSidedZ(level) ** 2;
  const p = hits / n;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Math.sqrt(z2) / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return {
    value: p,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === n ? 1 : Math.min(1, centre + half),
    n,
  };
}

/**
 * Score interval of the expected number of events, of which some happened.
 *
 * Assumes independent events: those of a burst are one.
 *
 * @see Rao, Proc. Cambridge Phil. Soc. 44 (1948); Barker, The American Statistician 56 (2002)
 */
export function poisson(events: number, level = 0.95): { readonly low: number; readonly high: number } {
  const z = twoSidedZ(level);
  const half = z * Math.sqrt(events + (z * z) / 4);
  return { low: Math.max(0, events + (z * z) / 2 - half), high: events + (z * z) / 2 + half };
}
