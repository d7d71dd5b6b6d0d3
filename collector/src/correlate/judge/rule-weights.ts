import type { Choice } from './choices.ts';
import { pickRulesOf } from './pick-order.ts';
import type { RuleWeights } from './pick-signs.ts';

/** Fewer choices than this say nothing about the order; every sandbox is then equally likely. */
const LEAST_CHOICES = 20;

/** More choices than this are not needed in intermediate steps. */
const MOST_CHOICES = 500;

/** The shares of the rules by which a platform picks, as the choices show them if a survival is right. */
export function ruleWeights(
  choices: readonly Choice[],
): (survival: (idleMs: number) => number) => RuleWeights {
  const stride = Math.max(1, Math.ceil(choices.length / MOST_CHOICES));
  const rulesOf = pickRulesOf(choices.filter((_, turn) => turn % stride === 0));
  return (survival) => {
    const { weights, n, isRoundRobin } = rulesOf(survival);
    if (!weights || n < LEAST_CHOICES) return { mostRecent: 0, leastRecent: 0, random: 1 };
    if (isRoundRobin) return { mostRecent: 0, leastRecent: 0, random: 0, roundRobin: 1 };
    // A behaviour not seen in n choices may still occur.
    const share = 1 / (1 + 1 / n);
    return {
      mostRecent: share * weights['most-recent'],
      leastRecent: share * weights['least-recent'],
      random: 1 - share * (weights['most-recent'] + weights['least-recent']),
    };
  };
}
