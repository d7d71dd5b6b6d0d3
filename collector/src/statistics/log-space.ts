/** ln Σ exp(x), without overflow; −∞ for an empty sum. */
export function logSumExp(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, values[index]!);
  if (most === -Infinity || most === Infinity) return most;
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += Math.exp(values[index]! - most);
  return most + Math.log(sum);
}

/** ln(p / (1 − p)). */
export function logit(p: number): number {
  return Math.log(p) - Math.log1p(-p);
}

/** The inverse of {@link logit}. */
export function expit(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** n · ln(x), where 0 · ln 0 is 0: the term of a likelihood that was seen n times. */
export function timesLog(n: number, x: number): number {
  return n === 0 ? 0 : n * Math.log(x);
}
