import {
  comparePickRules,
  fitPickMixture,
  mixtureAgainstRandom,
  PickHorizons,
  pickWeightInterval,
  rankTest,
} from '../../statistics/index.ts';
import type { PickRule, Picks, PickWeight } from '../../statistics/index.ts';
import type { Choice } from './choices.ts';

export type PickOrderName =
  'most-recent' | 'least-recent' | 'random' | 'round-robin' | 'affinity' | 'mixed' | 'unknown';

/** The rule by which a platform picks an idle sandbox. */
export interface PickOrder {
  /**
   * `unknown` with fewer than 200 choices, if no rule fits, if too many calls are lost, and if sandboxes are shared.
   */
  readonly order: PickOrderName;
  /** Number of choices behind it: those among two or more sandboxes that were surely alive. */
  readonly n: number;
  /** Far below 0 for most recent first, far above for least recent first; N(0, 1) if random. */
  readonly z?: number;
  /** Candidates idle for longer were excluded, because some of them are gone; absent where all counted. */
  readonly horizonMs?: number;
  /** Share of the choices by each rule. */
  readonly weights?: Readonly<Record<'most-recent' | 'least-recent' | 'random', number>>;
  /** Share of choices that took the most recently used one, and its expectation for random choices. */
  readonly mostRecent?: { readonly share: number; readonly expected: number };
}

const LEAST_CHOICES = 200;
/** Beyond this share of lost calls the most recent use is not known. */
const MOST_LOST = 0.15;
/** |z| that random choices exceed once in a hundred. */
const RANDOM_Z = 2.6;
/** The log-likelihood gain of a mixture of rules over chance that occurs once in a hundred. */
const RANDOM_GAIN = 3.3;
/** The most that dead candidates may change z; with clock errors and other effects the total stays within 0.15. */
const VERDICT_BIAS = 0.08;
/** The most that dead candidates may change z if only the shares of the rules are wanted. */
const RULES_BIAS = 0.6;
/** A rule that explains this share is the rule. */
const RULES_ALONE = 0.9;
/** A second rule counts when its share is surely above this. */
const SECOND_RULE = 0.03;
/** How much better a special rule must fit than the general ones. */
const BETTER = 5;

/**
 * @param survival after an idle time in ms, 0 to 1
 * @param lostShare share of calls that were not seen: twice that share of choices may see the wrong sandbox as the most
 *   recent
 */
export function judgePickOrder(
  choices: readonly Choice[],
  survival: (idleMs: number) => number,
  lostShare = 0,
): PickOrder {
  const horizon = new PickHorizons(choices).of(survival, VERDICT_BIAS)?.horizon;
  if (horizon === undefined) return { order: 'unknown', n: 0 };
  const within = picksWithin(choices, horizon);
  const { picks } = within;
  const { n, z } = rankTest(picks);
  const mixture = fitPickMixture(picks);
  if (z === undefined || !mixture) return { order: 'unknown', n };
  const { weights } = mixture;
  let hits = 0;
  let expected = 0;
  for (const [index, rank] of Array.from(picks.ranks).entries()) {
    if (rank === 1) hits += 1;
    expected += 1 / picks.candidates[index]!;
  }
  return {
    order:
      n < LEAST_CHOICES || lostShare > MOST_LOST
        ? 'unknown'
        : orderOf(within, z, RULES_ALONE - 3 * lostShare),
    n,
    z,
    ...(Number.isFinite(horizon) && { horizonMs: horizon }),
    weights: {
      'most-recent': weights['most-recent'],
      'least-recent': weights['least-recent'],
      random: weights.random,
    },
    mostRecent: { share: hits / n, expected: expected / n },
  };
}

/** How often each rule is followed, as far as intermediate results show. */
export interface PickRules {
  readonly n: number;
  /** Absent without choices. */
  readonly weights?: Readonly<Record<PickRule, number>>;
  readonly isRoundRobin?: boolean;
}

/** @returns the rules for any survival; often it leaves the same choices as the one before */
export function pickRulesOf(choices: readonly Choice[]): (survival: (idleMs: number) => number) => PickRules {
  const horizons = new PickHorizons(choices);
  let last: { readonly horizon: number; readonly rules: PickRules } | undefined;
  return (survival) => {
    const horizon = horizons.of(survival, RULES_BIAS)?.horizon;
    if (horizon === undefined) return { n: 0 };
    if (last?.horizon !== horizon) last = { horizon, rules: rulesWithin(picksWithin(choices, horizon)) };
    return last.rules;
  };
}

function rulesWithin(within: Within): PickRules {
  const fit = fitPickMixture(within.picks);
  return fit
    ? { n: fit.n, weights: fit.weights, isRoundRobin: isRoundRobin(within, fit.logLikelihood) }
    : { n: 0 };
}

function isRoundRobin({ picks, next }: Within, general: number): boolean {
  const fit = fitPickMixture({ ...picks, affine: next }, ['affinity', 'random'])!;
  return fit.weights.affinity >= RULES_ALONE && fit.logLikelihood > general + BETTER;
}

interface Within {
  readonly picks: Picks;
  /** Positions, by recency, of the sandbox that a key or a round robin would take; 0 if there is none. */
  readonly affine: readonly number[];
  readonly next: readonly number[];
}

function orderOf(within: Within, z: number, alone: number): PickOrderName {
  const { picks, affine } = within;
  const mixture = fitPickMixture(picks)!;
  const general = Math.max(
    mixture.logLikelihood,
    ...comparePickRules(picks).map(({ logLikelihood }) => logLikelihood),
  );
  if (isRoundRobin(within, general)) return 'round-robin';
  if (affine.some((place) => place > 0)) {
    const keyed = { ...picks, affine };
    const rules: readonly PickRule[] = ['most-recent', 'least-recent', 'random', 'affinity'];
    const share = pickWeightInterval(keyed, 'affinity', rules);
    const fit = fitPickMixture(keyed, rules);
    if (share && fit && share.low > 0.5 && fit.logLikelihood > general + BETTER) return 'affinity';
  }
  const gain = mixtureAgainstRandom(picks)?.gain ?? 0;
  if (Math.abs(z) < RANDOM_Z && gain < RANDOM_GAIN) return 'random';
  if (mixture.weights['most-recent'] >= alone) return 'most-recent';
  if (mixture.weights['least-recent'] >= alone) return 'least-recent';
  const sure = (['most-recent', 'least-recent', 'random'] as const).filter(
    (rule) => (pickWeightInterval(picks, rule) as PickWeight).low > SECOND_RULE,
  );
  return sure.length > 1 ? 'mixed' : 'unknown';
}

/** The choices if only candidates idle for less than the horizon count. */
function picksWithin(choices: readonly Choice[], horizon: number): Within {
  const ranks: number[] = [];
  const candidates: number[] = [];
  const affine: number[] = [];
  const next: number[] = [];
  for (const { idleTimes, taken, ...special } of choices) {
    // In ascending order of the start of idleness: the most recently used are at the end.
    const count = idleTimes.length;
    let gone = 0;
    while (gone < count && !(idleTimes[gone]! < horizon)) gone += 1;
    if (taken < gone || count - gone < 2) continue;
    ranks.push(count - taken);
    candidates.push(count - gone);
    affine.push(special.affine < gone ? 0 : count - special.affine);
    next.push(special.next < gone ? 0 : count - special.next);
  }
  return { picks: { ranks, candidates }, affine, next };
}
