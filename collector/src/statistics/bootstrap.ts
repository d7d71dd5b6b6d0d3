import { normalCdf, normalQuantile } from './distributions.ts';
import { seededRandom } from './random.ts';
import { ascending } from './sorted.ts';

/** A statistic with its bootstrap interval. */
export interface BootstrapInterval {
  /** The statistic of the sample itself; absent if it is undefined. */
  readonly value?: number;
  /** Absent with fewer than two clusters, or if more than a tenth of the resamples had no value. */
  readonly low?: number;
  readonly high?: number;
  /** Standard deviation over the resamples. */
  readonly standardError?: number;
  readonly clusters: number;
  /** Number of resamples with a value. */
  readonly replicates: number;
}

export interface BootstrapOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Default 999. */
  readonly replicates?: number;
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number;
  /** Stratum of each cluster; resampling keeps the number of clusters per stratum. Default a single stratum. */
  readonly strata?: ArrayLike<number>;
  /**
   * `percentile` (default), or `bca`: corrected for bias and acceleration. It costs one more evaluation per cluster and
   * has better coverage if the statistic is skewed.
   */
  readonly method?: 'percentile' | 'bca';
}

/**
 * Interval of any statistic by resampling whole clusters (sandboxes, batches, bursts) with replacement. The statistic
 * gets the count of each cluster, so a resample needs no copy of the data: a weighted mean, ratio or quantile over
 * clusters.
 *
 * Assumes independent clusters, about twenty or more. Do not use it for extremes (a maximum, or a fixed idle time at
 * the edge of the data): the bootstrap is inconsistent there.
 *
 * @param clusters number of clusters
 * @param statistic of the sample with cluster i occurring counts[i] times; undefined or NaN if it has no value
 * @see Davison and Hinkley, Bootstrap Methods and their Application (1997), chapters 2, 3 and 5; Efron, JASA 82 (1987)
 */
export function bootstrapClusters(
  clusters: number,
  statistic: (counts: Uint32Array) => number | undefined,
  options: BootstrapOptions = {},
): BootstrapInterval {
  const { level = 0.95, replicates = 999, seed = 1, method = 'percentile' } = options;
  const value = defined(statistic(new Uint32Array(clusters).fill(1)));
  const none = { ...(value !== undefined && { value }), clusters, replicates: 0 };
  if (clusters < 2 || value === undefined) return none;
  const strata = membersOf(clusters, options.strata);
  const random = seededRandom(seed);
  const counts = new Uint32Array(clusters);
  const found: number[] = [];
  for (let turn = 0; turn < replicates; turn += 1) {
    counts.fill(0);
    for (const members of strata) {
      for (let draw = 0; draw < members.length; draw += 1) {
        const cluster = members[random.below(members.length)]!;
        counts[cluster] = counts[cluster]! + 1;
      }
    }
    const replicate = defined(statistic(counts));
    if (replicate !== undefined) found.push(replicate);
  }
  if (found.length < 0.9 * replicates || found.length < 2) return { ...none, replicates: found.length };
  found.sort(ascending);
  const mean = found.reduce((sum, replicate) => sum + replicate, 0) / found.length;
  const spread = found.reduce((sum, replicate) => sum + (replicate - mean) ** 2, 0) / (found.length - 1);
  const tail = (1 - level) / 2;
  let at: readonly [number, number] = [tail, 1 - tail];
  if (method === 'bca') at = correctedTails(tail, value, found, acceleration(strata, statistic, clusters));
  return {
    value,
    low: interpolated(found, at[0]),
    high: interpolated(found, at[1]),
    standardError: Math.sqrt(spread),
    clusters,
    replicates: found.length,
  };
}

function defined(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function membersOf(clusters: number, strata: ArrayLike<number> | undefined): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    const stratum = strata?.[cluster] ?? 0;
    const own = members.get(stratum);
    if (own) own.push(cluster);
    else members.set(stratum, [cluster]);
  }
  return [...members.values()];
}

/** Jackknife: the statistic without each cluster in turn. */
function acceleration(
  strata: readonly (readonly number[])[],
  statistic: (counts: Uint32Array) => number | undefined,
  clusters: number,
): number {
  const counts = new Uint32Array(clusters).fill(1);
  let cubes = 0;
  let squares = 0;
  for (const members of strata) {
    if (members.length < 2) continue;
    const without: number[] = [];
    for (const cluster of members) {
      counts[cluster] = 0;
      const value = defined(statistic(counts));
      if (value !== undefined) without.push(value);
      counts[cluster] = 1;
    }
    const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
    for (const value of without) {
      const influence = ((members.length - 1) * (mean - value)) / members.length;
      cubes += influence ** 3;
      squares += influence ** 2;
    }
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

function correctedTails(
  tail: number,
  value: number,
  found: readonly number[],
  skew: number,
): readonly [number, number] {
  const below = found.reduce(
    (sum, replicate) => sum + (replicate < value ? 1 : replicate === value ? 0.5 : 0),
    0,
  );
  const bias = normalQuantile(Math.min(1 - 1e-6, Math.max(1e-6, below / found.length)));
  const corrected = (p: number): number => {
    const z = bias + normalQuantile(p);
    return normalCdf(bias + z / (1 - skew * z));
  };
  return [corrected(tail), corrected(1 - tail)];
}

/** Quantile at rank (R + 1)p, interpolated between its neighbours. */
function interpolated(sorted: readonly number[], p: number): number {
  const rank = Math.min(sorted.length, Math.max(1, (sorted.length + 1) * p));
  const low = sorted[Math.floor(rank) - 1]!;
  const high = sorted[Math.ceil(rank) - 1]!;
  return low + (rank - Math.floor(rank)) * (high - low);
}
