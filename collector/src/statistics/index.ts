/**
 * Statistics as a library: pure functions of numbers, without store, spans or clock. Each file holds one method; its
 * docstring gives the source, the assumptions and where not to use it. Conventions:
 *
 * - Durations and times are in any one unit; shares and probabilities are 0 to 1.
 * - What cannot be estimated is absent (undefined), never NaN and never 0. Arguments that make no sense, such as an
 *   interval that ends before it begins, throw a RangeError.
 * - The same observations give the same evidence, to the last bit, in any order. Resampling is seeded; its draws depend
 *   on the order of the clusters.
 * - Large data is passed as typed arrays, or as evidence on a grid, where ten million idle gaps are a few hundred
 *   numbers (`npm run bench:statistics`).
 *
 * How each method is checked, besides property tests and seeded simulations of coverage (`test/fixtures/statistics` has
 * the reference values and the scripts that made them):
 *
 * | file | method | checked against |
 * | --- | --- | --- |
 * | proportion | Wilson 1927; score interval of a count, Rao 1948 | Newcombe 1998, statsmodels; its equation |
 * | cluster-proportion | ratio over clusters, Cochran 1977; logit and t, Korn and Graubard 1998 | R sandwich |
 * | quantile-interval | order statistics, Le Boudec 2010 | scipy |
 * | bootstrap | by cluster and stratum, percentile and BCa, Efron 1987 | scipy |
 * | permutation | within strata, Phipson and Smyth 2010 | all permutations, counted |
 * | label-changes | runs test of several kinds, Mood 1940 | Wald and Wolfowitz, permutations |
 * | stratified-association | ranks within strata, moments of Hoeffding 1951 | Spearman's z; permutation |
 * | benjamini-hochberg | Benjamini and Hochberg 1995 | R p.adjust |
 * | richness | Chao 1987, Good 1953, Esty 1983, Chapman 1951 | R vegan |
 * | calibration | Brier 1950, Murphy 1973 | scikit-learn |
 * | change-point | binomial likelihood ratio by permutation; Pettitt 1979 | pyhomogeneity |
 * | isotonic | pooling adjacent violators, Barlow et al. 1972 | scipy |
 * | kaplan-meier | Kaplan and Meier 1958, Greenwood, log-log bands, delayed entry | R survival, Klein and Moeschberger 2003 |
 * | turnbull | Turnbull 1976 by EM and convex minorant, Wellner and Zhan 1997 | R npsurv |
 * | smoothed-survival | EM with smoothing and a prior, Silverman et al. 1990 | kaplan-meier as its limit |
 * | additive-hazards | idle time and age apart, by EM | simulation; smoothed-survival without ages |
 * | death-posterior | Bayes on graded evidence | by hand |
 * | survival-change | likelihood ratio of two windows | two by two tables |
 * | idle-laws, fit-law | maximum likelihood of nine laws with a leak | scipy's differential evolution, lifelines |
 * | law-draws, akaike, law-family | Metropolis 1953, Burnham and Anderson 2002 | coverage by simulation; closed form |
 * | nelder-mead | Nelder and Mead 1965, Gao and Han 2012 | known minima |
 * | pick-order, pick-horizon | rank test and mixtures of rules, among candidates that are alive | scipy; simulation |
 * | linear-fit | least squares, HC3 of MacKinnon and White 1985 | Anscombe 1973; coverage by simulation |
 * | clock-offset | convex hulls, Duda et al. 1987 | scipy's linear programs |
 * | mean-interval | Student's t, Welch 1947 | by hand, R t.test |
 * | least-squares | ordinary least squares | Anscombe 1973 |
 * | two-groups | Otsu 1979 | simulation |
 *
 * Distributions come from jstat, random numbers from pure-rand, hulls from d3-polygon.
 */
export * from './additive-hazards.ts';
export * from './akaike.ts';
export * from './argsort.ts';
export * from './benjamini-hochberg.ts';
export * from './bootstrap.ts';
export * from './calibration.ts';
export * from './change-point.ts';
export * from './clock-offset.ts';
export * from './cluster-proportion.ts';
export * from './death-posterior.ts';
export * from './distributions.ts';
export * from './duration-evidence.ts';
export * from './evidence-builder.ts';
export * from './expected-deaths.ts';
export * from './fit-law.ts';
export * from './idle-laws.ts';
export * from './isotonic.ts';
export * from './kaplan-meier.ts';
export * from './law-draws.ts';
export * from './law-family.ts';
export * from './law-likelihood.ts';
export * from './least-squares.ts';
export * from './label-changes.ts';
export * from './linear-fit.ts';
export * from './log-space.ts';
export * from './mean-interval.ts';
export * from './nelder-mead.ts';
export * from './permutation.ts';
export * from './pick-horizon.ts';
export * from './pick-order.ts';
export * from './proportion.ts';
export * from './quantile-interval.ts';
export * from './random.ts';
export * from './richness.ts';
export * from './smoothed-survival.ts';
export * from './sorted.ts';
export * from './stratified-association.ts';
export * from './survival-change.ts';
export * from './time-grid.ts';
export * from './turnbull.ts';
export * from './two-groups.ts';
export * from './time-at-level.ts';
