import type { Picks } from './pick-order.ts';

/** One choice among idle sandboxes. */
export interface IdleDraw {
  /** How long each candidate had been idle, including the chosen one; distinct, in any order. */
  readonly idleTimes: ArrayLike<number>;
  /** Index of the chosen candidate. */
  readonly taken: number;
}

/** Choices among candidates that are surely alive. */
export interface PickHorizon {
  /** Candidates idle for less than this count; Infinity if all do. */
  readonly horizon: number;
  /** Mean probability that such a candidate is already gone. */
  readonly meanGone: number;
  /** Upper bound of the effect of dead candidates on `rankTest`'s z: √(3n) · meanGone. */
  readonly bias: number;
  readonly picks: Picks;
}

/** The choices if only candidates idle for less than the horizon count. */
export function picksWithin(draws: readonly IdleDraw[], horizon: number): Picks {
  const ranks: number[] = [];
  const candidates: number[] = [];
  for (const { idleTimes, taken } of draws) {
    const own = idleTimes[taken]!;
    if (!(own < horizon)) continue;
    let count = 0;
    let moreRecent = 0;
    for (let index = 0; index < idleTimes.length; index += 1) {
      if (idleTimes[index]! < horizon) count += 1;
      if (idleTimes[index]! < own) moreRecent += 1;
    }
    if (count < 2) continue;
    ranks.push(moreRecent + 1);
    candidates.push(count);
  }
  return { ranks, candidates };
}

/**
 * The largest horizon at which unnoticed dead sandboxes can change the rank test by no more than the limit. They have
 * been idle longer than the others, so never choosing them looks like "most recent first". The horizon is near the knee
 * of a law with a threshold, and short for a law without one.
 *
 * @param survival after an idle time, 0 to 1
 * @param limit of the bias of z; default 0.15
 * @returns undefined if no horizon keeps a choice within the limit
 */
export function pickHorizon(
  draws: readonly IdleDraw[],
  survival: (idleTime: number) => number,
  limit = 0.15,
): PickHorizon | undefined {
  // The contribution of each candidate once the horizon exceeds it. A choice counts as soon as the chosen candidate and
  // one other are within the horizon.
  const additions: {
    readonly at: number;
    readonly choices: number;
    readonly candidates: number;
    readonly gone: number;
  }[] = [];
  for (const { idleTimes, taken } of draws) {
    const sorted = Float64Array.from(idleTimes).sort();
    const first = Math.max(1, sorted.indexOf(idleTimes[taken]!));
    let gone = 0;
    for (const [index, at] of sorted.entries()) {
      gone += 1 - survival(at);
      if (index < first) continue;
      additions.push({
        at,
        choices: index === first ? 1 : 0,
        candidates: index === first ? first + 1 : 1,
        gone,
      });
      gone = 0;
    }
  }
  additions.sort((a, b) => a.at - b.at);
  let n = 0;
  let candidates = 0;
  let gone = 0;
  let best: Omit<PickHorizon, 'picks'> | undefined;
  for (const [index, addition] of additions.entries()) {
    n += addition.choices;
    candidates += addition.candidates;
    gone += addition.gone;
    const horizon = additions[index + 1]?.at ?? Infinity;
    const meanGone = gone / candidates;
    const bias = Math.sqrt(3 * n) * meanGone;
    if (horizon > addition.at && bias <= limit) best = { horizon, meanGone, bias };
  }
  return best && { ...best, picks: picksWithin(draws, best.horizon) };
}
