import { normalCdf, twoSidedZ } from './distributions.ts';

/** How many neighbours in a sequence have different labels, over all permutations of its labels. */
export interface LabelChanges {
  /** Share of differing neighbours: its mean, and its 95 % interval over the permutations. */
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided probability of a share at least as far from the mean as the observed one. */
  readonly p: number;
}

/** With fewer neighbours the distribution of the number of changes is too far from normal. */
const LEAST_PAIRS = 12;

/**
 * Permutation test of the number of changes in a sequence of labels (hosts, for example). It uses the exact mean and
 * variance over all permutations and a normal approximation with continuity correction. For an unbroken sequence it is
 * the runs test of Wald and Wolfowitz for any number of labels; unknown labels split the sequence into pieces.
 *
 * Assumes that without an effect every permutation of the labels is equally likely.
 *
 * @param counts frequency of each label
 * @param pairs number of neighbours with both labels known
 * @param changes number of those with different labels
 * @returns undefined if all permutations are equal, or there are too few neighbours
 * @see Mood, Annals of Mathematical Statistics 11 (1940), for the moments of runs of several kinds
 */
export function labelChanges(
  counts: Iterable<number>,
  pairs: number,
  changes: number,
): LabelChanges | undefined {
  const own = [...counts].filter((count) => count > 0);
  const n = own.reduce((sum, count) => sum + count, 0);
  if (own.length < 2 || pairs < LEAST_PAIRS || pairs >= n) return undefined;
  const { same, sameThree, sameTwice } = agreements(own, n);
  const change = 1 - same;
  // Pieces share no label: each has one pair less than labels, and one pair of neighbouring pairs less than pairs.
  const pieces = Math.min(n - pairs, pairs);
  const chained = pairs - pieces;
  const apart = (pairs * (pairs - 1)) / 2 - chained;
  const bothChange = 1 - 2 * same;
  const variance =
    pairs * change +
    2 * (chained * (bothChange + sameThree) + apart * (bothChange + sameTwice)) -
    (pairs * change) ** 2;
  if (!(variance > 1e-9 * pairs)) return undefined;
  const deviation = Math.sqrt(variance);
  const half = (twoSidedZ(0.95) * deviation + 0.5) / pairs;
  const distance = Math.max(0, Math.abs(changes - pairs * change) - 0.5) / deviation;
  return {
    expected: change,
    low: Math.max(0, change - half),
    high: Math.min(1, change + half),
    p: Math.min(1, 2 * normalCdf(-distance)),
  };
}

/** Probabilities that labels drawn without replacement are equal: for two, three, and two pairs of them. */
function agreements(
  counts: readonly number[],
  n: number,
): { same: number; sameThree: number; sameTwice: number } {
  let two = 0;
  let three = 0;
  let four = 0;
  let squares = 0;
  for (const count of counts) {
    const pairs = count * (count - 1);
    two += pairs;
    three += pairs * (count - 2);
    four += pairs * (count - 2) * (count - 3);
    squares += pairs * pairs;
  }
  const all = n * (n - 1);
  return {
    same: two / all,
    sameThree: three / (all * (n - 2)),
    sameTwice: (four + two * two - squares) / (all * (n - 2) * (n - 3)),
  };
}
