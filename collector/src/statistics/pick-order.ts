import { chiSquaredUpperTail, normalCdf, twoSidedZ } from './distributions.ts';

/** Choices among idle sandboxes; arrays of one length. */
export interface Picks {
  /** Rank of the chosen sandbox by recency of use: 1 is the most recent. */
  readonly ranks: ArrayLike<number>;
  /**
   * Number of candidates, including the chosen one; a choice with a single candidate is uninformative and ignored.
   */
  readonly candidates: ArrayLike<number>;
  /**
   * Rank, by recency, of the candidate that last served the same key (session, client); 0 or absent if there is none or
   * the key is unknown. Any single candidate that a rule selects can be used here: for round robin, the next by birth
   * after the previous choice.
   */
  readonly affine?: ArrayLike<number>;
}

/** Whether ranks are consistent with random choice. */
export interface RankTest {
  /** Choices among at least two. */
  readonly n: number;
  /** Far below 0 for most recent first, far above for least recent first, N(0, 1) if random. Absent without choices. */
  readonly z?: number;
  /** Two-sided. */
  readonly p?: number;
}

/**
 * Standardised sum of (rank − ½)/m − ½. Under random choice the terms are martingale differences with variance (m² −
 * 1)/(12 m²). So z is also valid inside bursts, if the set of candidates depends on the past only. Selecting candidates
 * because they are used again later biases z by +1 and more.
 */
export function rankTest(picks: Picks): RankTest {
  let n = 0;
  let sum = 0;
  let variance = 0;
  for (let index = 0; index < picks.ranks.length; index += 1) {
    const m = picks.candidates[index]!;
    if (m < 2) continue;
    n += 1;
    sum += (picks.ranks[index]! - 0.5) / m - 0.5;
    variance += (m * m - 1) / (12 * m * m);
  }
  if (n === 0) return { n };
  const z = sum / Math.sqrt(variance);
  return { n, z, p: Math.min(1, 2 * normalCdf(-Math.abs(z))) };
}

/** Rules that a choice can follow; a mixture randomly selects one of them each time. */
export const PICK_RULES = ['most-recent', 'least-recent', 'random', 'affinity'] as const;
export type PickRule = (typeof PICK_RULES)[number];

/** How often each rule is followed. */
export interface PickMixture {
  /** Sum to 1; 0 for rules that were not allowed. */
  readonly weights: Readonly<Record<PickRule, number>>;
  readonly logLikelihood: number;
  /** Choices among at least two. */
  readonly n: number;
}

/** Choices for which all rules have the same probabilities. */
interface PickClass {
  readonly chances: readonly number[];
  readonly count: number;
}

/** In log-likelihood, per choice. */
const TOLERANCE = 1e-9;
const MAX_SWEEPS = 200;

/**
 * Fits a mixture of rules by maximum likelihood. The probability of rank r among m is w(most recent)·[r = 1] + w(least
 * recent)·[r = m] + w(random)/m + w(affinity)·[r = the one of the key], and 1/m for affinity if the key has no
 * candidate. A single rule plus `random` is that rule with slips.
 *
 * Round robin looks mostly like least recent first; affinity without keys looks like random with a little most recent.
 *
 * @param rules allowed rules; default all but affinity, which needs keys
 * @returns undefined without choices
 */
export function fitPickMixture(
  picks: Picks,
  rules: readonly PickRule[] = ['most-recent', 'least-recent', 'random'],
): PickMixture | undefined {
  const { classes, n } = classify(picks);
  if (n === 0) return undefined;
  const { weights, logLikelihood } = maximise(classes, n, rules);
  return { weights: named(weights), logLikelihood, n };
}

/** Log-likelihood of choices that follow one rule, with slips in which any candidate is chosen. */
export interface PickRuleFit {
  readonly rule: PickRule;
  /** Share of random choices, 0 to 1; 1 for `random`. */
  readonly slip: number;
  readonly logLikelihood: number;
}

/** Each rule alone with its best-fitting slip rate, the most likely first; empty without choices. */
export function comparePickRules(picks: Picks): PickRuleFit[] {
  const rules = PICK_RULES.filter((rule) => rule !== 'affinity' || picks.affine);
  return rules
    .flatMap((rule) => {
      const fit = fitPickMixture(picks, [rule, 'random']);
      return fit ? [{ rule, slip: fit.weights.random, logLikelihood: fit.logLikelihood }] : [];
    })
    .sort((a, b) => b.logLikelihood - a.logLikelihood);
}

/** A rule's share with its profile-likelihood interval. */
export interface PickWeight {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Interval of one rule's share in a mixture: all shares for which the best mixture of the other rules is within half a
 * chi-squared quantile of the maximum.
 *
 * @returns undefined without choices, or if only that rule is allowed
 */
export function pickWeightInterval(
  picks: Picks,
  rule: PickRule,
  rules: readonly PickRule[] = ['most-recent', 'least-recent', 'random'],
  level = 0.95,
): PickWeight | undefined {
  const { classes, n } = classify(picks);
  const others = rules.filter((other) => other !== rule);
  if (n === 0 || others.length === 0 || !rules.includes(rule)) return undefined;
  const best = maximise(classes, n, rules);
  const value = best.weights[PICK_RULES.indexOf(rule)]!;
  const limit = best.logLikelihood - twoSidedZ(level) ** 2 / 2;
  const inside = (weight: number): boolean =>
    maximise(classes, n, others, { rule, weight }).logLikelihood >= limit;
  return { value, low: edge(0, value, inside), high: edge(1, value, inside) };
}

/** The point between `from` and `end` where `inside`, true at `from`, stops being true. */
function edge(end: number, from: number, inside: (weight: number) => boolean): number {
  if (inside(end)) return end;
  let within = from;
  let without = end;
  while (Math.abs(without - within) > 1e-4) {
    const middle = (within + without) / 2;
    if (inside(middle)) within = middle;
    else without = middle;
  }
  return within;
}

/**
 * Whether a mixture explains the ranks better than chance: twice the gain in log-likelihood against chi-squared with
 * one degree of freedom per rule besides `random`. Conservative, because the shares are on the boundary if choices are
 * random.
 */
export function mixtureAgainstRandom(
  picks: Picks,
  rules: readonly PickRule[] = ['most-recent', 'least-recent', 'random'],
): { readonly gain: number; readonly p: number } | undefined {
  const mixture = fitPickMixture(picks, rules);
  const random = fitPickMixture(picks, ['random']);
  if (!mixture || !random) return undefined;
  const gain = Math.max(0, mixture.logLikelihood - random.logLikelihood);
  return { gain, p: chiSquaredUpperTail(2 * gain, Math.max(1, rules.length - 1)) };
}

function classify(picks: Picks): { classes: PickClass[]; n: number } {
  const classes = new Map<number, { chances: number[]; count: number }>();
  let n = 0;
  for (let index = 0; index < picks.ranks.length; index += 1) {
    const rank = picks.ranks[index]!;
    const m = picks.candidates[index]!;
    if (m < 2) continue;
    n += 1;
    const own = picks.affine?.[index] ?? 0;
    const place = rank === 1 ? 1 : rank === m ? 2 : 0;
    const key = 9 * m + 3 * place + (own > 0 ? (rank === own ? 1 : 2) : 0);
    const same = classes.get(key);
    if (same) {
      same.count += 1;
      continue;
    }
    const affine = own > 0 ? (rank === own ? 1 : 0) : 1 / m;
    classes.set(key, { chances: [place === 1 ? 1 : 0, place === 2 ? 1 : 0, 1 / m, affine], count: 1 });
  }
  return { classes: [...classes.values()], n };
}

/**
 * The best shares of the allowed rules; one additional rule may have a fixed share. The log-likelihood is concave, so
 * moving share between two rules at a time, each time optimally, converges to its maximum.
 */
function maximise(
  classes: readonly PickClass[],
  n: number,
  rules: readonly PickRule[],
  fixed?: { readonly rule: PickRule; readonly weight: number },
): { weights: number[]; logLikelihood: number } {
  const free = rules.map((rule) => PICK_RULES.indexOf(rule));
  const rest = 1 - (fixed?.weight ?? 0);
  const weights = PICK_RULES.map((_, index) => (free.includes(index) ? rest / free.length : 0));
  if (fixed) weights[PICK_RULES.indexOf(fixed.rule)] = fixed.weight;
  for (let sweep = 0; sweep < MAX_SWEEPS && slack(classes, weights, free, rest) > TOLERANCE * n; sweep += 1) {
    for (const [at, one] of free.entries()) {
      for (const other of free.slice(at + 1)) exchange(classes, weights, one, other);
    }
  }
  let logLikelihood = 0;
  for (const { chances, count } of classes) logLikelihood += count * Math.log(chanceOf(chances, weights));
  return { weights, logLikelihood };
}

function chanceOf(chances: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) sum += weights[index]! * chances[index]!;
  return sum;
}

/**
 * Upper bound of the distance to the maximum log-likelihood: the gain of moving the whole share to the steepest rule.
 */
function slack(
  classes: readonly PickClass[],
  weights: readonly number[],
  free: readonly number[],
  rest: number,
): number {
  const slopes = weights.map(() => 0);
  for (const { chances, count } of classes) {
    const chance = chanceOf(chances, weights);
    if (chance <= 0) return free.some((index) => chances[index]! > 0) ? Infinity : 0;
    for (const index of free) slopes[index] = slopes[index]! + (count * chances[index]!) / chance;
  }
  return free.reduce((most, index) => {
    const gain =
      rest * slopes[index]! - free.reduce((sum, other) => sum + weights[other]! * slopes[other]!, 0);
    return Math.max(most, gain);
  }, 0);
}

/** Divides the combined share of two rules optimally between them. */
function exchange(classes: readonly PickClass[], weights: number[], one: number, other: number): void {
  const together = weights[one]! + weights[other]!;
  if (together === 0) return;
  const slopeAt = (share: number): number => {
    weights[one] = share;
    weights[other] = together - share;
    let slope = 0;
    for (const { chances, count } of classes) {
      const difference = chances[one]! - chances[other]!;
      const chance = chanceOf(chances, weights);
      if (difference !== 0)
        slope += chance > 0 ? (count * difference) / chance : Math.sign(difference) * Infinity;
    }
    return slope;
  };
  if (slopeAt(0) <= 0) return;
  if (slopeAt(together) >= 0) return;
  let low = 0;
  let high = together;
  while (high - low > 1e-10) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) low = middle;
    else high = middle;
  }
}

function named(weights: readonly number[]): Record<PickRule, number> {
  return Object.fromEntries(PICK_RULES.map((rule, index) => [rule, weights[index]!])) as Record<
    PickRule,
    number
  >;
}
