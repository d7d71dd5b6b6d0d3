import { timesLog } from './log-space.ts';
import { seededRandom, shuffle } from './random.ts';
import { countAtMost, countBelow } from './sorted.ts';

/** The largest change in a series. */
export interface ChangePoint {
  /** Index of the first entry after the change. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** Probability of a change at least this large somewhere, if there was none. */
  readonly p: number;
  readonly n: number;
}

export interface ShareChangeOptions {
  /** Minimum number of entries on either side; default 2. */
  readonly margin?: number;
  /** Default 999. */
  readonly permutations?: number;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * The moment at which a share (cold starts per hour) changed: the split with the largest binomial log-likelihood ratio.
 * Its p-value comes from the same scan over randomly permuted entries, so it is valid for any variation between them.
 *
 * Assumes entries that are exchangeable without a change: blocks long enough to be independent, no trend and no daily
 * rhythm (compare the same hours, or use whole days).
 *
 * @param hits of each entry, in order of time
 * @param trials of each entry
 * @returns undefined if there is nothing to split
 * @see Csörgő and Horváth, Limit Theorems in Change-Point Analysis (1997), chapter 1
 */
export function shareChangePoint(
  hits: ArrayLike<number>,
  trials: ArrayLike<number>,
  options: ShareChangeOptions = {},
): ChangePoint | undefined {
  const { margin = 2, permutations = 999, seed = 1 } = options;
  const n = trials.length;
  const order = Uint32Array.from({ length: n }, (_, index) => index);
  let allHits = 0;
  let allTrials = 0;
  for (const index of order) {
    allHits += hits[index]!;
    allTrials += trials[index]!;
  }
  if (n < 2 * margin || allHits <= 0 || allHits >= allTrials) return undefined;
  const found = largestRatio(order, hits, trials, margin, allHits, allTrials);
  if (found.at === 0) return undefined;
  const random = seededRandom(seed);
  let extreme = 0;
  for (let turn = 0; turn < permutations; turn += 1) {
    shuffle(order, random);
    const { ratio } = largestRatio(order, hits, trials, margin, allHits, allTrials);
    if (ratio >= found.ratio - 1e-9) extreme += 1;
  }
  return {
    at: found.at,
    before: found.hits / found.trials,
    after: (allHits - found.hits) / (allTrials - found.trials),
    p: (1 + extreme) / (1 + permutations),
    n,
  };
}

function largestRatio(
  order: Uint32Array,
  hits: ArrayLike<number>,
  trials: ArrayLike<number>,
  margin: number,
  allHits: number,
  allTrials: number,
): { ratio: number; at: number; hits: number; trials: number } {
  const fit = (k: number, m: number): number => timesLog(k, k / m) + timesLog(m - k, (m - k) / m);
  let best = { ratio: -Infinity, at: 0, hits: 0, trials: 0 };
  let k = 0;
  let m = 0;
  for (let at = 1; at <= order.length - margin; at += 1) {
    k += hits[order[at - 1]!]!;
    m += trials[order[at - 1]!]!;
    if (at < margin || m === 0 || m === allTrials) continue;
    const ratio = fit(k, m) + fit(allHits - k, allTrials - m);
    if (ratio > best.ratio) best = { ratio, at, hits: k, trials: m };
  }
  return { ...best, ratio: best.ratio - fit(allHits, allTrials) };
}

/**
 * The moment at which values (start-up times, in order of time) shifted up or down: Pettitt's rank test, which makes no
 * assumption about their distribution. O(n log n). `before` and `after` are medians.
 *
 * Assumes independent values; its p-value is approximate and conservative. It does not detect a change of spread.
 *
 * @returns undefined for fewer than four values, or if all are equal
 * @see Pettitt, JRSS C 28 (1979)
 */
export function locationChangePoint(values: ArrayLike<number>): ChangePoint | undefined {
  const n = values.length;
  if (n < 4) return undefined;
  const sorted = Float64Array.from(values).sort();
  // U after t values is Σ over those of (n + 1 − 2 · rank); tied values share their mean rank.
  let sum = 0;
  let most = 0;
  let at = 0;
  for (let index = 0; index < n - 1; index += 1) {
    const value = values[index]!;
    const upTo = countAtMost(sorted, value);
    const below = countBelow(sorted, value);
    sum += n + 1 - (below + 1 + upTo);
    if (Math.abs(sum) > most) {
      most = Math.abs(sum);
      at = index + 1;
    }
  }
  if (at === 0) return undefined;
  const median = (from: number, to: number): number => {
    const own = Float64Array.from(Array.prototype.slice.call(values, from, to) as number[]).sort();
    return (own[Math.floor((own.length - 1) / 2)]! + own[Math.ceil((own.length - 1) / 2)]!) / 2;
  };
  return {
    at,
    before: median(0, at),
    after: median(at, n),
    p: Math.min(1, 2 * Math.exp((-6 * most * most) / (n ** 3 + n * n))),
    n,
  };
}
