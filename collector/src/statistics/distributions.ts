import jStat from 'jstat';

/**
 * Quantile of the standard normal distribution; −∞ and ∞ at 0 and 1. Agrees with R's `qnorm` to 1e-9 for p between
 * 1e-8 and 1 − 1e-8.
 */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  return jStat.normal.inv(p, 0, 1);
}

/** P(Z ≤ x) of a standard normal Z, with absolute error 1e-15. */
export function normalCdf(x: number): number {
  return jStat.normal.cdf(x, 0, 1);
}

/** Number of standard errors on each side of a two-sided interval of this level: 1.96 for 0.95. */
export function twoSidedZ(level: number): number {
  return normalQuantile(0.5 + level / 2);
}

/**
 * Quantile of Student's t. Fractional degrees of freedom are allowed.
 *
 * @param degreesOfFreedom above 0
 */
export function tQuantile(p: number, degreesOfFreedom: number): number {
  return jStat.studentt.inv(p, degreesOfFreedom);
}

/** P(T > t) of Student's t, with absolute error 1e-12. @param degreesOfFreedom above 0 */
export function tUpperTail(t: number, degreesOfFreedom: number): number {
  return 1 - jStat.studentt.cdf(t, degreesOfFreedom);
}

/** Number of standard errors on each side of a two-sided t interval of this level. */
export function twoSidedT(level: number, degreesOfFreedom: number): number {
  return tQuantile(0.5 + level / 2, degreesOfFreedom);
}

/**
 * P(X > x) of a chi-squared X: the p-value of a likelihood-ratio test. The absolute error is 1e-11, so a value far
 * below that becomes 0.
 *
 * @param degreesOfFreedom above 0
 */
export function chiSquaredUpperTail(x: number, degreesOfFreedom: number): number {
  if (x <= 0) return 1;
  return Math.max(0, 1 - jStat.chisquare.cdf(x, degreesOfFreedom));
}

/** P(X ≤ k) of a binomial X of n trials, with absolute error 1e-9. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return jStat.binomial.cdf(k, n, p);
}
