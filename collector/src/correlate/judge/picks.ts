import { argsort } from '../../statistics/index.ts';
import type { ReuseSpells } from './spells.ts';

/** Choices of one version among sandboxes that were idle and were used then or later, in order. */
export interface KnownPicks {
  /** When it was taken. */
  readonly atMs: Float64Array;
  /** Start of the chosen sandbox's idleness. */
  readonly fromMs: Float64Array;
  /** Number of idle sandboxes, including the chosen one. */
  readonly idle: Uint32Array;
  /** 1: the chosen one was the most recently used; 2: the least recently used; 3: both. */
  readonly place: Uint8Array;
  /** Place by birth of the chosen one. */
  readonly birth: Uint32Array;
}

export const PLACE = { MOST_RECENT: 1, LEAST_RECENT: 2 } as const;

/** Ends closer than this cannot be ordered, ms. */
export const CLOCK_ERROR_MS = 2;
/** Neighbours examined for whether the order is known: of more with one timestamp, none is the first or the last. */
const MOST_UNORDERED = 64;

/**
 * Treats each reuse of an idle sandbox as a choice among those known to be alive. Where timestamps do not show the order,
 * of ends or of simultaneous choices, the chosen one counts as first and last: it may have been.
 *
 * @param settleMs a sandbox is surely available this long after its call
 * @param of selects the sandboxes that count
 * @param birthOf place of each sandbox by birth
 */
export function knownPicks(
  spells: ReuseSpells,
  settleMs: number,
  of: (sandbox: number) => boolean,
  birthOf: Uint32Array,
): KnownPicks {
  const byTo = new Uint32Array(spells.toMs.length);
  let count = 0;
  for (let spell = 0; spell < spells.toMs.length; spell += 1) {
    if (spells.fromMs[spell]! + settleMs < spells.toMs[spell]! && of(spells.sandbox[spell]!)) {
      byTo[count] = spell;
      count += 1;
    }
  }
  const sandboxOf = byTo.subarray(0, count);
  const picks = {
    atMs: new Float64Array(count),
    fromMs: new Float64Array(count),
    idle: new Uint32Array(count),
    place: new Uint8Array(count),
    birth: new Uint32Array(count),
  };
  for (let pick = 0; pick < count; pick += 1) {
    const spell = byTo[pick]!;
    picks.atMs[pick] = spells.toMs[spell]!;
    picks.fromMs[pick] = spells.fromMs[spell]!;
    const sandbox = spells.sandbox[spell]!;
    picks.birth[pick] = birthOf[sandbox]!;
    sandboxOf[pick] = sandbox;
  }
  const byFrom = argsort(picks.fromMs);
  // Idle ones from the least to the most recently used, as a list from which any of them can be removed. A sandbox waits
  // for one choice at a time, so the list is one of sandboxes: those are few, and the CPU's cache holds them.
  const idles: IdleList = {
    atMs: new Float64Array(birthOf.length),
    fromMs: new Float64Array(birthOf.length),
    before: new Int32Array(birthOf.length),
    after: new Int32Array(birthOf.length),
  };
  const { before, after } = idles;
  let newest = -1;
  let idle = 0;
  let opened = 0;
  for (let pick = 0; pick < count; pick += 1) {
    const at = picks.atMs[pick]!;
    for (; opened < count && picks.fromMs[byFrom[opened]!]! + settleMs < at; opened += 1) {
      const waiting = byFrom[opened]!;
      const sandbox = sandboxOf[waiting]!;
      idles.atMs[sandbox] = picks.atMs[waiting]!;
      idles.fromMs[sandbox] = picks.fromMs[waiting]!;
      before[sandbox] = newest;
      after[sandbox] = -1;
      if (newest >= 0) after[newest] = sandbox;
      newest = sandbox;
      idle += 1;
    }
    const chosen = sandboxOf[pick]!;
    const older = before[chosen]!;
    const younger = after[chosen]!;
    picks.idle[pick] = idle;
    picks.place[pick] =
      (mayBeFirst(idles, chosen, after) ? PLACE.MOST_RECENT : 0) |
      (mayBeFirst(idles, chosen, before) ? PLACE.LEAST_RECENT : 0);
    if (older >= 0) after[older] = younger;
    if (younger >= 0) before[younger] = older;
    else newest = older;
    idle -= 1;
  }
  return picks;
}

/** Idle sandboxes, by their index. */
interface IdleList {
  /** When each is chosen, and since when it has been idle. */
  readonly atMs: Float64Array;
  readonly fromMs: Float64Array;
  /** Neighbours; −1 where there is none. */
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/** Whether a chosen sandbox has no other idle one on one side, as far as timestamps show. */
function mayBeFirst({ atMs, fromMs }: IdleList, chosen: number, next: Int32Array): boolean {
  let other = next[chosen]!;
  for (let step = 0; other >= 0 && step < MOST_UNORDERED; step += 1) {
    const isUnordered =
      atMs[other] === atMs[chosen] || Math.abs(fromMs[other]! - fromMs[chosen]!) <= CLOCK_ERROR_MS;
    if (!isUnordered) return false;
    other = next[other]!;
  }
  return other < 0;
}

/** Place of each sandbox by birth. */
export function birthOrder(sandboxes: readonly { readonly firstMs: number }[]): Uint32Array {
  const byBirth = Array.from(sandboxes.keys()).sort(
    (a, b) => sandboxes[a]!.firstMs - sandboxes[b]!.firstMs || a - b,
  );
  const birthOf = new Uint32Array(byBirth.length);
  for (const [place, sandbox] of byBirth.entries()) birthOf[sandbox] = place;
  return birthOf;
}
