import { bootstrapClusters, normalCdf, tUpperTail } from '../../../statistics/index.ts';

/** The difference of a median between two sets of sandboxes. */
export interface Difference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, for no difference. */
  readonly p: number;
  /** The smallest difference that is detected in four of five cases at 5 %. */
  readonly detectable: number;
}

/** With fewer sandboxes on a side no difference is reported. */
export const LEAST_SANDBOXES = 6;
const REPLICATES = 399;
/** z of 97.5 % and of 80 %. */
const POWER = 1.96 + 0.84;

/**
 * Difference of medians (after minus before) over values clustered in sandboxes, by resampling whole sandboxes on each
 * side.
 *
 * @returns undefined with fewer than six sandboxes with a value on a side
 */
export function medianDifference(
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
): Difference | undefined {
  const sides = [before.filter((own) => own.length > 0), after.filter((own) => own.length > 0)];
  if (sides.some((side) => side.length < LEAST_SANDBOXES)) return undefined;
  const [first = []] = sides;
  const sorted = sides.map((side, index) =>
    side
      .flatMap((own, cluster) => own.map((value) => ({ value, cluster: cluster + index * first.length })))
      .sort((a, b) => a.value - b.value),
  );
  const clusters = sides.reduce((sum, side) => sum + side.length, 0);
  const found = bootstrapClusters(
    clusters,
    (counts) => {
      const [a, b] = sorted.map((values) => weightedMedian(values, counts));
      return a === undefined || b === undefined ? undefined : b - a;
    },
    {
      replicates: REPLICATES,
      strata: Int32Array.from({ length: clusters }, (_, cluster) => (cluster < first.length ? 0 : 1)),
    },
  );
  const { value, low, high, standardError } = found;
  if (value === undefined || low === undefined || high === undefined || standardError === undefined)
    return undefined;
  const fewest = Math.min(first.length, clusters - first.length);
  return { value, low, high, p: pOf(value, standardError, fewest), detectable: POWER * standardError };
}

function weightedMedian(
  ascending: readonly { readonly value: number; readonly cluster: number }[],
  counts: Uint32Array,
): number | undefined {
  let total = 0;
  for (const { cluster } of ascending) total += counts[cluster]!;
  let sum = 0;
  for (const { value, cluster } of ascending) {
    sum += counts[cluster]!;
    if (2 * sum >= total && sum > 0) return value;
  }
  return undefined;
}

/**
 * p of a difference with this standard error; 1 if both are 0.
 *
 * @param fewest number of sandboxes on the smaller side, whose variation is least known; selects Student's t. Absent if
 *   the variation was not estimated from sandboxes
 */
export function pOf(value: number, standardError: number, fewest?: number): number {
  if (standardError <= 0) return value === 0 ? 1 : 0;
  const z = Math.abs(value) / standardError;
  return Math.min(1, 2 * (fewest === undefined ? normalCdf(-z) : tUpperTail(z, fewest - 1)));
}

/** {@link Difference} of a share, from its interval. */
export function shareDifference(value: number, low: number, high: number, p: number): Difference {
  return { value, low, high, p, detectable: (POWER * (high - low)) / (2 * 1.96) };
}
