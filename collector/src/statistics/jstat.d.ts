/** The few jstat functions that are used; the package has no types of its own. */
declare module 'jstat' {
  const jStat: {
    readonly normal: {
      cdf(x: number, mean: number, standardDeviation: number): number;
      inv(p: number, mean: number, standardDeviation: number): number;
    };
    readonly studentt: {
      cdf(x: number, degreesOfFreedom: number): number;
      inv(p: number, degreesOfFreedom: number): number;
    };
    readonly chisquare: { cdf(x: number, degreesOfFreedom: number): number };
    readonly binomial: { cdf(k: number, n: number, p: number): number };
  };
  export default jStat;
}
