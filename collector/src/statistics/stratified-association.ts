import { normalCdf, tUpperTail } from './distributions.ts';
import { permutationTest } from './permutation.ts';

/** Whether two quantities are associated within strata. */
export interface StratifiedAssociation {
  /** Standardised sum of products of ranks; N(0, 1) without association. */
  readonly z: number;
  readonly p: number;
  /** Number of units in strata in which both vary. */
  readonly n: number;
  /** Number of such strata. */
  readonly strata: number;
}

export interface AssociationOptions {
  /** Default `greater`: they increase together. */
  readonly alternative?: 'greater' | 'two-sided';
  /**
   * Only strata are independent; units within one may be correlated, as consecutive time slots are. The variance is
   * then the one between strata, if that is larger, and p comes from Student's t: do not use it with fewer than ten
   * strata.
   */
  readonly isClustered?: boolean;
  /** The same seed gives the same p. Default 1. */
  readonly seed?: number;
}

/** With fewer units the permutations are sampled; with more, their mean and variance and a normal tail are used. */
const DRAWN_BELOW = 60;
const PERMUTATIONS = 1_999;
const NEEDED_STRATA = 10;

/**
 * Permutation test of rank association within strata: the ranks of y within each stratum are permuted against its x.
 * Mean and variance of the statistic over all permutations are known (Hoeffding), so a small p needs no sampling.
 *
 * Assumes that without an effect the y of a stratum are exchangeable, except with `isClustered`: merge dependent data
 * (the calls of one sandbox and minute) into one unit, and use strata for drift.
 *
 * @param x, y of each unit
 * @param strata of each unit, any whole numbers
 * @returns undefined if x or y is constant in every stratum
 * @see Hoeffding, Annals of Mathematical Statistics 22 (1951); Strasser and Weber, Mathematical Methods of Statistics 8 (1999)
 */
export function stratifiedAssociation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  strata: ArrayLike<number>,
  options: AssociationOptions = {},
): StratifiedAssociation | undefined {
  const { alternative = 'greater', isClustered = false, seed = 1 } = options;
  const members = new Map<number, number[]>();
  for (let unit = 0; unit < x.length; unit += 1) {
    const own = members.get(strata[unit]!);
    if (own) own.push(unit);
    else members.set(strata[unit]!, [unit]);
  }
  const ranksX: number[] = [];
  const ranksY: number[] = [];
  const used: number[] = [];
  let variance = 0;
  let statistic = 0;
  const parts: number[] = [];
  for (const [stratum, own] of members) {
    const a = centredRanks(own.map((unit) => x[unit]!));
    const b = centredRanks(own.map((unit) => y[unit]!));
    const [squaresA, squaresB] = [squares(a), squares(b)];
    if (squaresA === 0 || squaresB === 0) continue;
    // Ranks are divided by the size of the stratum, so that each unit has the same weight.
    const scale = own.length * own.length;
    variance += (squaresA * squaresB) / (own.length - 1) / scale / scale;
    let part = 0;
    for (const [at, rank] of a.entries()) {
      part += (rank * b[at]!) / scale;
      ranksX.push(rank / own.length);
      ranksY.push(b[at]! / own.length);
      used.push(stratum);
    }
    statistic += part;
    parts.push(part);
  }
  const n = used.length;
  if (n === 0) return undefined;
  const sides = alternative === 'greater' ? 1 : 2;
  const count = { n, strata: parts.length };
  if (isClustered) {
    if (parts.length < NEEDED_STRATA) return undefined;
    const mean = statistic / parts.length;
    const between =
      parts.reduce((sum, part) => sum + (part - mean) ** 2, 0) * (parts.length / (parts.length - 1));
    const z = statistic / Math.sqrt(Math.max(variance, between));
    const tail = tUpperTail(sides === 1 ? z : Math.abs(z), parts.length - 1);
    return { z, p: Math.min(1, sides * tail), ...count };
  }
  const z = statistic / Math.sqrt(variance);
  if (n >= DRAWN_BELOW) {
    const tail = normalCdf(sides === 1 ? -z : -Math.abs(z));
    return { z, p: Math.min(1, sides * tail), ...count };
  }
  const drawn = permutationTest(
    Int32Array.from(ranksY, (_, at) => at),
    (order) => order.reduce((sum, from, at) => sum + ranksX[at]! * ranksY[from]!, 0),
    { strata: used, alternative, permutations: PERMUTATIONS, seed },
  );
  return drawn && { z, p: drawn.p, ...count };
}

/** Ranks minus their mean; equal values share their mean rank. */
function centredRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranks = values.map(() => 0);
  const middle = (values.length - 1) / 2;
  for (let first = 0; first < order.length;) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last += 1;
    for (let at = first; at <= last; at += 1) ranks[order[at]!] = (first + last) / 2 - middle;
    first = last + 1;
  }
  return ranks;
}

function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
