import { choicesOf } from './choices.ts';
import type { Choice } from './choices.ts';
import { momentsOf, settleMsOf } from './moments.ts';
import type { Moments } from './moments.ts';
import { knownPicks } from './picks.ts';
import type { Timeline } from './sandbox.ts';
import type { Spells } from './spells.ts';

/** Data examined per version. */
export interface Part {
  readonly moments: Moments;
  readonly picks: ReturnType<typeof knownPicks>;
  readonly choices: readonly Choice[];
}

/** @param of whether a sandbox has the version */
export function partOf(
  timeline: Timeline,
  { reused }: Spells,
  births: Uint32Array,
  of: (sandbox: number) => boolean,
): Part {
  return {
    moments: momentsOf(timeline, reused, of),
    picks: knownPicks(reused, settleMsOf(timeline), of, births),
    choices: choicesOf(timeline, reused, of),
  };
}

/**
 * The likelihood of each cold start if a sandbox was idle. If calls are lost, an apparently idle sandbox may have been
 * taken by a lost call. When several calls came together, any of them is equally likely to be the lost one. If only one
 * call was seen, there must have been two.
 */
export function slipRatesOf(
  { coldMs, isAlone, alone, pairs }: Moments,
  learnt: number,
  lostShare: number,
): Float64Array {
  const beside = Math.min(1, (pairs + 0.5) / (alone + 0.5));
  return Float64Array.from(coldMs, (_, moment) =>
    Math.max(learnt, lostShare * (isAlone[moment] === 1 ? beside : 1)),
  );
}
