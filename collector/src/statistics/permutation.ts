import { seededRandom } from './random.ts';

/** The position of the sample's statistic among those of its permutations. */
export interface PermutationTest {
  /** For the original labels. */
  readonly statistic: number;
  /** (1 + permutations at least as extreme) / (1 + permutations): never 0. */
  readonly p: number;
  readonly permutations: number;
  /** Mean over the permutations: the expected statistic without an effect. */
  readonly expected: number;
}

export interface PermutationOptions {
  /** Stratum of each label: labels are permuted only within a stratum. Default a single stratum. */
  readonly strata?: ArrayLike<number>;
  /**
   * Which statistics are extreme; default `greater`. `two-sided` uses the distance from the mean of the permutations.
   */
  readonly alternative?: 'greater' | 'less' | 'two-sided';
  /** Default 999. */
  readonly permutations?: number;
  /** The same seed gives the same p. Default 1. */
  readonly seed?: number;
}

/**
 * Permutation test: permutes labels (hosts, for example) within their strata (hours, for example); the other data
 * stays.
 *
 * Assumes that without an effect the labels of a stratum are exchangeable: pass one label for each unit that was
 * assigned as a whole (a sandbox), not one for each of its invocations.
 *
 * @param labels small whole numbers; not changed
 * @param statistic of a permutation of the labels; must not keep or change them
 * @returns undefined if nothing can be permuted: every stratum has only one kind of label
 * @see Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010), for the p-value
 */
export function permutationTest(
  labels: ArrayLike<number>,
  statistic: (labels: Int32Array) => number,
  options: PermutationOptions = {},
): PermutationTest | undefined {
  const { strata, alternative = 'greater', permutations = 999, seed = 1 } = options;
  const members = new Map<number, number[]>();
  for (let index = 0; index < labels.length; index += 1) {
    const stratum = strata?.[index] ?? 0;
    const own = members.get(stratum);
    if (own) own.push(index);
    else members.set(stratum, [index]);
  }
  const mixed = [...members.values()].filter((own) => own.some((index) => labels[index] !== labels[own[0]!]));
  if (mixed.length === 0) return undefined;
  const order = Int32Array.from(labels);
  const observed = statistic(order);
  const random = seededRandom(seed);
  const found = new Float64Array(permutations);
  let sum = 0;
  for (let turn = 0; turn < permutations; turn += 1) {
    for (const own of mixed) {
      for (let last = own.length - 1; last > 0; last -= 1) {
        const a = own[last]!;
        const b = own[random.below(last + 1)]!;
        const label = order[a]!;
        order[a] = order[b]!;
        order[b] = label;
      }
    }
    const value = statistic(order);
    found[turn] = value;
    sum += value;
  }
  const expected = sum / permutations;
  // Sums that differ only in the order of their terms count as equal.
  const slack = 1e-9 * Math.max(Math.abs(observed), Math.abs(expected), Number.MIN_VALUE);
  const distance = (value: number): number =>
    alternative === 'two-sided' ? Math.abs(value - expected) : alternative === 'less' ? -value : value;
  const limit = distance(observed) - slack;
  let extreme = 0;
  for (const value of found) if (distance(value) >= limit) extreme += 1;
  return { statistic: observed, p: (1 + extreme) / (1 + permutations), permutations, expected };
}
