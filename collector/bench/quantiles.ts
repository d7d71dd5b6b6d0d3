/** Quantiles of values of one kind, in their unit. */
export interface Quantiles {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** By nearest rank; `NaN` without values. */
export function quantiles(ascending: readonly number[]): Quantiles {
  const at = (q: number): number => ascending[Math.ceil(ascending.length * q) - 1] ?? Number.NaN;
  return {
    count: ascending.length,
    min: ascending[0] ?? Number.NaN,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
}
