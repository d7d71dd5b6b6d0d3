import type { Lifeline } from './lifelines.ts';

/** Which idle sandbox a platform takes next. */
export interface PickOrder {
  /** `unknown` while the evidence favours none. */
  readonly order: 'most-recent' | 'least-recent' | 'random' | 'unknown';
  /** Picks with at least two idle sandboxes known to be alive. */
  readonly n: number;
  /** Standardised mean rank: far below 0 for most recent first, far above for least recent first; N(0,1) if random. */
  readonly z?: number;
  /** Share of picks that took the most recently used one. */
  readonly mostRecentShare?: number;
  /** The same share if picks were random. */
  readonly mostRecentExpected?: number;
}

interface Pick {
  /** 1 is the most recently used. */
  readonly rank: number;
  readonly candidates: number;
}

/** Ends closer than this cannot be put in order. */
const CLOCK_ERROR_MS = 2;
/** Of more picks than this only every second, third, … is looked at. */
const MAX_PICKS = 2_000;
/** Log-likelihood by which one order must beat the others. */
const DECISIVE = 3;

/**
 * Judges the picks of one function. Only sandboxes that are used again later count as candidates, because an evicted
 * one that is never chosen would look like a policy.
 *
 * @param settleMs idle this long before it can be chosen for sure (its export may still be running)
 */
export function judgePickOrder(lives: readonly Lifeline[], settleMs: number): PickOrder {
  const picks = collectPicks(lives, settleMs);
  const n = picks.length;
  if (n === 0) return { order: 'unknown', n };
  let sum = 0;
  let variance = 0;
  let hits = 0;
  let expected = 0;
  for (const { rank, candidates } of picks) {
    sum += (rank - 0.5) / candidates - 0.5;
    variance += (candidates ** 2 - 1) / (12 * candidates ** 2);
    if (rank === 1) hits += 1;
    expected += 1 / candidates;
  }
  const likelihoods = {
    'most-recent': bestWithSlip(picks, ({ rank }) => rank === 1),
    'least-recent': bestWithSlip(picks, ({ rank, candidates }) => rank === candidates),
    random: picks.reduce((total, { candidates }) => total - Math.log(candidates), 0),
  } as const;
  const ranked = (Object.keys(likelihoods) as (keyof typeof likelihoods)[]).sort(
    (a, b) => likelihoods[b] - likelihoods[a],
  );
  const [best, second] = ranked;
  const z = sum / Math.sqrt(variance);
  let order: PickOrder['order'] = 'unknown';
  if (best && second && likelihoods[best] - likelihoods[second] >= DECISIVE) order = best;
  // Every order with enough slip imitates a random one, so likelihood alone never decides for it.
  else if (n >= 30 && Math.abs(z) < 2) order = 'random';
  return { order, n, z, mostRecentShare: hits / n, mostRecentExpected: expected / n };
}

function bestWithSlip(picks: readonly Pick[], hit: (pick: Pick) => boolean): number {
  let best = -Infinity;
  for (const slip of [0.002, 0.01, 0.03, 0.1, 0.3]) {
    let total = 0;
    for (const pick of picks) total += Math.log((hit(pick) ? 1 - slip : 0) + slip / pick.candidates);
    best = Math.max(best, total);
  }
  return best;
}

/** Sweeps the reuse gaps by the moment each ended: the gaps open at that moment are the candidates. */
function collectPicks(lives: readonly Lifeline[], settleMs: number): Pick[] {
  const gaps = lives.flatMap((life) => life.gaps).sort((a, b) => a.fromMs - b.fromMs);
  const byEnd = [...gaps].sort((a, b) => a.toMs - b.toMs);
  const open = new Set<(typeof gaps)[number]>();
  const picks: Pick[] = [];
  let opened = 0;
  const stride = Math.ceil(byEnd.length / MAX_PICKS);
  for (const [turn, taken] of byEnd.entries()) {
    for (let gap = gaps[opened]; gap && gap.fromMs <= taken.toMs; gap = gaps[opened]) {
      open.add(gap);
      opened += 1;
    }
    if (turn % stride !== 0) {
      open.delete(taken);
      continue;
    }
    const candidates = [...open].filter((gap) => gap.next.version === taken.next.version);
    const clear = candidates.every(
      (gap) =>
        taken.toMs - gap.fromMs > settleMs &&
        (gap === taken || Math.abs(gap.fromMs - taken.fromMs) > CLOCK_ERROR_MS),
    );
    if (candidates.length >= 2 && clear) {
      const moreRecent = candidates.filter((gap) => gap.fromMs > taken.fromMs).length;
      picks.push({ rank: moreRecent + 1, candidates: candidates.length });
    }
    open.delete(taken);
  }
  return picks;
}
