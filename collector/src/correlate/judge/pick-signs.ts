import { argsort, countAtMost, countAtMostFrom, countBelowFrom } from '../../statistics/index.ts';
import { CLUSTER_MS } from './moments.ts';
import { NextBelow } from './next-below.ts';
import { CLOCK_ERROR_MS, PLACE } from './picks.ts';
import type { KnownPicks } from './picks.ts';
import { DECIDED_LOG } from './signs.ts';
import type { NumberList } from './number-list.ts';

/** Share of the choices that each rule makes. */
export interface RuleWeights {
  readonly mostRecent: number;
  readonly leastRecent: number;
  readonly random: number;
  /** 1: every choice takes the next by birth after the previous one, and the other shares do not count. */
  readonly roundRobin?: number;
}

/** Beliefs about sandboxes that were never used again, while one of them is judged. */
export interface OpenBelief {
  /** Start of their idleness, ascending, and apparent time of death of each; Infinity where it seems to continue. */
  readonly fromMs: Float64Array;
  readonly endMs: Float64Array;
  /** Share alive after an idle time. */
  readonly survival: (idleMs: number) => number;
}

/** Idle times of the signs, and their weights. */
export interface SignLists {
  readonly idleMs: NumberList;
  readonly logRatio: NumberList;
}

/** Number of choices examined per sandbox. */
const MOST_PICKS = 20_000;
/** Weak signs are merged until they reach this weight. */
const LEAST_STEP = 0.2;
/** Violations of a rule of smaller weight than this are not searched for among millions of choices. */
const NO_RULE = 0.03;
/** Lowest rate at which any rule is broken. */
const SLIP = 1e-4;
/** How often a round robin skips one. */
const ROUND_ROBIN_SLIP = 0.01;

/**
 * Choices of other sandboxes as evidence against one that they passed over, using the order of picks. Nearly every
 * choice has the same meaning for all sandboxes idle at the time: they were further candidates. Those contributions are
 * summed once. Anything specific to one sandbox follows from a rule: the most recently used one should have been taken,
 * or the least recently used one. Few such choices per sandbox are needed until they decide.
 */
export class PickSigns {
  readonly #picks: KnownPicks;
  readonly #settleMs: number;
  readonly #sandboxes: number;
  /** Most sandboxes that were idle at a choice. */
  readonly #mostIdle: number;
  /** Choices of the most recently used sandbox, by how long it had been idle; and of the least recently used. */
  #mostRecent: NextBelow | undefined;
  #leastRecent: NextBelow | undefined;
  /** Position of a round robin at each choice, in places advanced since the first. */
  #turns: Float64Array | undefined;
  #weights: RuleWeights = { mostRecent: 0, leastRecent: 0, random: 1 };
  #belief: OpenBelief = { fromMs: new Float64Array(0), endMs: new Float64Array(0), survival: () => 1 };
  #ends: Float64Array = new Float64Array(0);
  /** Open ones from the youngest to the oldest, by their ends. */
  #byEnd: NextBelow | undefined;
  /** Prefix sums of the common contribution of the choices; absent where it is negligible. */
  #common: Float64Array | undefined;

  /** @param sandboxes number of places by birth */
  constructor(picks: KnownPicks, settleMs: number, sandboxes: number) {
    this.#picks = picks;
    this.#settleMs = settleMs;
    this.#sandboxes = sandboxes;
    this.#mostIdle = largest(picks.idle);
  }

  /** Sets the beliefs that {@link of} uses from now on. */
  believe(weights: RuleWeights, belief: OpenBelief): void {
    this.#weights = weights;
    this.#belief = belief;
    this.#ends = belief.endMs.slice().sort();
    this.#byEnd = undefined;
    const { roundRobin = 0, random, leastRecent } = weights;
    if (roundRobin === 1) {
      this.#turns ??= turnsOf(this.#picks, this.#sandboxes);
      return;
    }
    // "Most recent first" passes a sandbox over only when it takes one that has been idle for longer.
    this.#common = random < NO_RULE && leastRecent < NO_RULE ? undefined : this.#sumOfCommon();
  }

  /**
   * Signs against a sandbox that was idle from a moment on, until they decide.
   *
   * @param birth its place by birth
   * @param to receives the signs
   */
  of(fromMs: number, watchedMs: number, birth: number, to: SignLists): void {
    const { atMs } = this.#picks;
    const first = countAtMost(atMs, fromMs + this.#settleMs);
    const end = Math.min(
      countAtMost(atMs, fromMs + watchedMs),
      this.#common || this.#weights.roundRobin === 1 ? first + MOST_PICKS : Infinity,
    );
    const signs = new SignsOfOne(fromMs, to);
    if (this.#weights.roundRobin === 1) this.#inTurn(signs, first, end, birth);
    else this.#byRule(signs, first, end, fromMs);
  }

  #byRule(signs: SignsOfOne, first: number, end: number, fromMs: number): void {
    const { atMs } = this.#picks;
    for (let pick = first; pick < end && !signs.isDecided;) {
      const special = Math.min(end, this.#nextSpecial(pick, fromMs));
      this.#addCommon(signs, pick, special);
      if (special >= end || signs.isDecided) return;
      const { logRatio, isRule } = this.#special(special, fromMs);
      signs.add(atMs[special]!, logRatio);
      pick = special + 1;
      if (isRule) {
        // Choices of one cluster by a rule have one common reason.
        const next = Math.min(end, countBelowFrom(atMs, atMs[special]! + CLUSTER_MS, pick));
        this.#addCommon(signs, pick, next);
        pick = next;
      }
    }
  }

  /** The next choice, at or after one, that by a rule should have fallen on a sandbox idle from a moment on. */
  #nextSpecial(pick: number, fromMs: number): number {
    const { fromMs: takenFrom, place } = this.#picks;
    const { mostRecent, leastRecent } = this.#weights;
    const count = takenFrom.length;
    let next = count;
    if (mostRecent >= NO_RULE) {
      this.#mostRecent ??= new NextBelow(count, (index) =>
        (place[index]! & PLACE.MOST_RECENT) === 0 ? Infinity : takenFrom[index]!,
      );
      next = this.#mostRecent.from(pick, fromMs - CLOCK_ERROR_MS);
    }
    if (leastRecent >= NO_RULE) {
      this.#leastRecent ??= new NextBelow(count, (index) =>
        (place[index]! & PLACE.LEAST_RECENT) === 0 ? Infinity : -takenFrom[index]!,
      );
      next = Math.min(next, this.#leastRecent.from(pick, -fromMs - CLOCK_ERROR_MS));
    }
    return next;
  }

  /** Likelihood ratio of a choice: a sandbox idle from a moment on was alive, versus gone. */
  #special(pick: number, fromMs: number): { logRatio: number; isRule: boolean } {
    const { mostRecent, leastRecent, random } = this.#weights;
    const { atMs, fromMs: takenFrom, place: places, idle: known } = this.#picks;
    const at = atMs[pick]!;
    const isOlder = takenFrom[pick]! < fromMs;
    const place = places[pick]!;
    const idle = known[pick]! + this.#aliveAt(at);
    // The chosen one was the most recent only if the others that seem to be idle after it are gone as well.
    const other =
      (place & PLACE.MOST_RECENT) === 0 ? -Infinity : this.#youngestOther(at, takenFrom[pick]!, fromMs);
    const othersGone = other > takenFrom[pick]! ? 1 - this.#belief.survival(at - other) : 1;
    const most = (place & PLACE.MOST_RECENT) === 0 ? 0 : mostRecent * othersGone;
    const least = (place & PLACE.LEAST_RECENT) === 0 ? 0 : leastRecent;
    const without = most + least + random / idle;
    // One more candidate, which takes the role of the most or least recent one from the chosen one.
    const withIt = (isOlder ? 0 : most) + (isOlder ? least : 0) + random / (idle + 1);
    const lost = isOlder ? most : least;
    return { logRatio: Math.log((withIt + SLIP) / (without + SLIP)), isRule: lost > 0.5 * without };
  }

  #aliveAt(atMs: number): number {
    return countAtMost(this.#belief.fromMs, atMs) - countAtMost(this.#ends, atMs);
  }

  /**
   * Start of idleness of the last sandbox that was never used again, seems alive, and is not the one idle from a moment
   * on; −∞ if none became idle after the chosen one.
   */
  #youngestOther(atMs: number, takenFrom: number, ownFrom: number): number {
    const { fromMs, endMs } = this.#belief;
    const last = fromMs.length - 1;
    this.#byEnd ??= new NextBelow(fromMs.length, (index) => -endMs[last - index]!);
    let at = last - (countAtMost(fromMs, atMs - this.#settleMs) - 1);
    for (at = this.#byEnd.from(at, -atMs); at <= last; at = this.#byEnd.from(at + 1, -atMs)) {
      const from = fromMs[last - at]!;
      if (!(from > takenFrom)) return -Infinity;
      if (from !== ownFrom) return from;
    }
    return -Infinity;
  }

  /** Per choice, how much less likely it was with one more candidate; as prefix sums. */
  #sumOfCommon(): Float64Array {
    const { atMs, fromMs: takenFrom, place, idle } = this.#picks;
    const { mostRecent, leastRecent, random } = this.#weights;
    const { survival, fromMs, endMs } = this.#belief;
    const sums = this.#common ?? new Float64Array(atMs.length + 1);
    const open = new YoungestFirst(fromMs, endMs);
    const followsMost = mostRecent >= NO_RULE;
    const followsLeast = leastRecent >= NO_RULE;
    let sum = 0;
    let begun = 0;
    let ended = 0;
    // Most choices without a rule differ only in the number of candidates.
    const alone = Float64Array.from({ length: this.#mostIdle + fromMs.length + 1 }, (_, count) =>
      Math.log((random / (count + 1) + SLIP) / (random / count + SLIP)),
    );
    for (let pick = 0; pick < atMs.length; pick += 1) {
      const at = atMs[pick]!;
      while (begun < fromMs.length && fromMs[begun]! <= at) begun += 1;
      while (ended < this.#ends.length && this.#ends[ended]! <= at) ended += 1;
      const count = idle[pick]! + begun - ended;
      const isMost = followsMost && (place[pick]! & PLACE.MOST_RECENT) !== 0;
      const isLeast = followsLeast && (place[pick]! & PLACE.LEAST_RECENT) !== 0;
      if (isMost || isLeast) {
        const other = isMost ? open.youngestAt(at, at - this.#settleMs) : -Infinity;
        const othersGone = other > takenFrom[pick]! ? 1 - survival(at - other) : 1;
        const byRule = (isMost ? mostRecent * othersGone : 0) + (isLeast ? leastRecent : 0);
        sum += Math.log((byRule + random / (count + 1) + SLIP) / (byRule + random / count + SLIP));
      } else sum += alone[count]!;
      sums[pick + 1] = sum;
    }
    return sums;
  }

  /** The common contribution of a range of choices about all sandboxes idle then. */
  #addCommon(signs: SignsOfOne, from: number, to: number): void {
    const sums = this.#common;
    if (!sums) return;
    const { atMs } = this.#picks;
    let pick = from;
    while (pick < to && !signs.isDecided) {
      // Sums only decrease: finds the first choice that completes the step.
      const bound = sums[pick]! + signs.room;
      let low = pick + 1;
      for (let high = to + 1; low < high;) {
        const middle = (low + high) >>> 1;
        if (sums[middle]! < bound) high = middle;
        else low = middle + 1;
      }
      const last = Math.min(low, to);
      signs.add(atMs[last - 1]!, sums[last]! - sums[pick]!);
      pick = last;
    }
  }

  /** Round robin by birth: one between the previous and the chosen one was skipped. */
  #inTurn(signs: SignsOfOne, first: number, end: number, birth: number): void {
    const turns = this.#turns!;
    const { atMs } = this.#picks;
    const count = this.#sandboxes;
    let pick = Math.max(1, first);
    while (pick < end && !signs.isDecided) {
      // The first time that it reaches the sandbox's place from its position.
      const before = turns[pick - 1]!;
      const place = before + ((((birth - before) % count) + count) % count || count);
      pick = countAtMostFrom(turns, place, pick);
      if (pick >= end) return;
      signs.add(atMs[pick]!, Math.log(ROUND_ROBIN_SLIP));
      pick = countBelowFrom(atMs, atMs[pick]! + CLUSTER_MS, pick + 1);
    }
  }
}

/** Collects signs against one sandbox. */
class SignsOfOne {
  readonly #fromMs: number;
  readonly #to: SignLists;
  #total = 0;
  #step = 0;

  constructor(fromMs: number, to: SignLists) {
    this.#fromMs = fromMs;
    this.#to = to;
  }

  get isDecided(): boolean {
    return this.#total < DECIDED_LOG;
  }

  /** Size of a step, in log-ratio. */
  get room(): number {
    return -LEAST_STEP - this.#step;
  }

  add(atMs: number, logRatio: number): void {
    this.#step += logRatio;
    if (!(this.#step < -LEAST_STEP)) return;
    this.#to.idleMs.push(atMs - this.#fromMs);
    this.#to.logRatio.push(this.#step);
    this.#total += this.#step;
    this.#step = 0;
  }
}

/** Which of those that were never used again became idle last, for moments that only increase. */
class YoungestFirst {
  readonly #fromMs: Float64Array;
  readonly #endMs: Float64Array;
  readonly #byEnd: Uint32Array;
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  readonly #hasEnded: Uint8Array;
  #begun = 0;
  #ended = 0;
  #youngest = -1;

  constructor(fromMs: Float64Array, endMs: Float64Array) {
    this.#fromMs = fromMs;
    this.#endMs = endMs;
    this.#byEnd = argsort(endMs);
    this.#before = new Int32Array(fromMs.length).fill(-1);
    this.#after = new Int32Array(fromMs.length).fill(-1);
    this.#hasEnded = new Uint8Array(fromMs.length);
  }

  /** Start of the latest idleness among those idle at `idleMs` and not ended by `atMs`; −∞ if there are none. */
  youngestAt(atMs: number, idleMs: number): number {
    for (; this.#begun < this.#fromMs.length && this.#fromMs[this.#begun]! <= idleMs; this.#begun += 1) {
      const own = this.#begun;
      if (this.#hasEnded[own] === 1) continue;
      this.#before[own] = this.#youngest;
      if (this.#youngest >= 0) this.#after[this.#youngest] = own;
      this.#youngest = own;
    }
    for (; this.#ended < this.#byEnd.length; this.#ended += 1) {
      const own = this.#byEnd[this.#ended]!;
      if (!(this.#endMs[own]! <= atMs)) break;
      this.#hasEnded[own] = 1;
      if (own >= this.#begun) continue;
      const [before, after] = [this.#before[own]!, this.#after[own]!];
      if (before >= 0) this.#after[before] = after;
      if (after >= 0) this.#before[after] = before;
      else if (this.#youngest === own) this.#youngest = before;
    }
    return this.#youngest < 0 ? -Infinity : this.#fromMs[this.#youngest]!;
  }
}

/** The place by birth of each choice, unrolled: one turn is as long as there are sandboxes. */
function turnsOf({ birth }: KnownPicks, sandboxes: number): Float64Array {
  const turns = new Float64Array(birth.length);
  for (let pick = 0; pick < birth.length; pick += 1) {
    if (pick === 0) turns[0] = birth[0]!;
    else turns[pick] = turns[pick - 1]! + ((birth[pick]! - birth[pick - 1]! - 1 + sandboxes) % sandboxes) + 1;
  }
  return turns;
}

function largest(values: Uint32Array): number {
  let most = 0;
  for (let index = 0; index < values.length; index += 1) if (values[index]! > most) most = values[index]!;
  return most;
}
