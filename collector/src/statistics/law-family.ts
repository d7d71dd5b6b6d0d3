import { akaikeWeights } from './akaike.ts';
import type { LawFit } from './fit-law.ts';

/** The families of laws with a similar shape; a few hundred observations cannot tell their members apart. */
export type LawFamily = 'sharp' | 'threshold' | 'gradual' | 'two-step' | 'halving';

/** A step whose width is below this share of its time counts as sharp. */
const SHARP_WIDTH = 0.012;
/** A logistic law wider than this share of its threshold has no real threshold. */
const WIDE_WIDTH = 0.25;
/** Weibull laws of at least this shape lose most within a factor of two in time. */
const THRESHOLD_SHAPE = 4;
/** A delay of at least this many half-lives is a threshold. */
const THRESHOLD_DELAY = 4;

/** The family of a fitted law, by its parameters. */
export function familyOf({ law, parameters }: Pick<LawFit, 'law' | 'parameters'>): LawFamily {
  const [first = 0, second = 0] = parameters;
  if (law === 'one-step') return 'sharp';
  if (law === 'two-step' || law === 'soft-two-step') return 'two-step';
  if (law === 'halving' || law === 'halving-to-none') return 'halving';
  if (law === 'soft-step' && second < SHARP_WIDTH * first) return 'sharp';
  const isThreshold =
    (law === 'soft-step' && second <= WIDE_WIDTH * first) ||
    (law === 'shifted-exponential' && first >= THRESHOLD_DELAY * second) ||
    (law === 'weibull' && second >= THRESHOLD_SHAPE);
  return isThreshold ? 'threshold' : 'gradual';
}

/** The laws that were fitted, by family. */
export interface FamilyChoice {
  /** The family of the best law. */
  readonly family: LawFamily;
  readonly best: LawFit;
  /** Σ Akaike weights of its members, 0 to 1. */
  readonly weight: number;
  /** AIC difference to the best law of another family; absent if all are of one family. */
  readonly ahead?: number;
  /** That other family. */
  readonly next?: LawFamily;
}

/** @returns undefined for no laws */
export function chooseFamily(fits: readonly LawFit[]): FamilyChoice | undefined {
  const weights = akaikeWeights(fits);
  const ranked = fits.map((fit, index) => ({ fit, family: familyOf(fit), weight: weights[index]! }));
  ranked.sort((a, b) => a.fit.aic - b.fit.aic);
  const [first] = ranked;
  if (!first) return undefined;
  const next = ranked.find(({ family }) => family !== first.family);
  return {
    family: first.family,
    best: first.fit,
    weight: ranked.reduce((sum, { family, weight }) => sum + (family === first.family ? weight : 0), 0),
    ...(next && { ahead: next.fit.aic - first.fit.aic, next: next.family }),
  };
}
