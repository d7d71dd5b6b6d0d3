import { ascending } from '../../statistics/index.ts';
import type { IdleDraw } from '../../statistics/index.ts';
import { birthOrder, CLOCK_ERROR_MS } from './picks.ts';
import { ARRIVAL } from './sandbox.ts';
import type { Timeline } from './sandbox.ts';
import type { ReuseSpells } from './spells.ts';

/** A choice among idle sandboxes, whether or not they were ever used again. */
export interface Choice extends IdleDraw {
  /**
   * Position in `idleTimes` of the sandbox that last served the same key; −1 if none of them did, or no key is known.
   */
  readonly affine: number;
  /** Position of the next by birth after the previous choice. */
  readonly next: number;
}

/** If a sandbox's call ended this shortly before the choice, it was not surely free, ms; its export is added. */
const HAND_BACK_MS = 5;
/** More choices than this add no information; they are thinned evenly. */
const MOST_CHOICES = 2_000;
const MOST_CANDIDATES = 400;
/** Only the newest idle times are examined. */
const MOST_SPELLS = 200_000;

interface Idle {
  readonly fromMs: number;
  readonly sandbox: number;
}

/**
 * The choices of one version. The candidates depend on the past alone: sandboxes that are idle and were not passed over
 * by a cold start since. They include sandboxes that died unnoticed; `pickHorizon` limits their effect.
 */
export function choicesOf(
  timeline: Timeline,
  spells: ReuseSpells,
  of: (sandbox: number) => boolean,
): Choice[] {
  const guardMs = HAND_BACK_MS + timeline.longestExportMs;
  const own: number[] = [];
  for (let spell = spells.toMs.length - 1; spell >= 0 && own.length < MOST_SPELLS; spell -= 1) {
    if (of(spells.sandbox[spell]!)) own.push(spell);
  }
  own.reverse();
  // A sandbox that was taken again before it was surely free was never a candidate.
  const idles: Idle[] = own
    .filter((spell) => spells.toMs[spell]! > spells.fromMs[spell]! + guardMs)
    .map((spell) => ({ fromMs: spells.fromMs[spell]!, sandbox: spells.sandbox[spell]! }));
  for (const [sandbox, { lastEndMs, goodbye }] of timeline.sandboxes.entries()) {
    // After a goodbye a sandbox is known to be gone; before it, its approaching death is unknown.
    if (of(sandbox) && !goodbye) idles.push({ fromMs: lastEndMs, sandbox });
  }
  idles.sort((a, b) => a.fromMs - b.fromMs || a.sandbox - b.sandbox);
  const cold: number[] = [];
  for (let call = 0; call < timeline.startMs.length; call += 1) {
    if (timeline.arrival[call] === ARRIVAL.BIRTH && of(timeline.sandbox[call]!))
      cold.push(timeline.decidedMs[call]!);
  }
  cold.sort(ascending);
  const birthOf = birthOrder(timeline.sandboxes);
  const stride = Math.max(1, Math.ceil(own.length / MOST_CHOICES));
  const pool = new Pool();
  const lastOfKey = new Map<number, number>();
  const choices: Choice[] = [];
  let opened = 0;
  let passed = 0;
  let before = -1;
  for (const [turn, spell] of own.entries()) {
    const at = spells.toMs[spell]!;
    for (; passed < cold.length && cold[passed]! <= at; passed += 1) {
      for (; idles[opened] && idles[opened]!.fromMs + guardMs <= cold[passed]!; opened += 1)
        pool.add(idles[opened]!);
      pool.clear();
    }
    for (; idles[opened] && idles[opened]!.fromMs + guardMs <= at; opened += 1) pool.add(idles[opened]!);
    const taken = pool.find(spells.fromMs[spell]!, spells.sandbox[spell]!);
    const keyHash = timeline.keyHashes[spells.call[spell]!]!;
    if (taken >= 0) {
      const { idle } = pool;
      const isMany = idle.length >= 2 && idle.length <= MOST_CANDIDATES;
      if (turn % stride === 0 && isMany && isAlone(spells, own, turn) && isClear(idle, taken)) {
        choices.push({
          idleTimes: Float64Array.from(idle, ({ fromMs }) => at - fromMs),
          taken,
          affine: keyHash === 0 ? -1 : idle.findIndex(({ sandbox }) => sandbox === lastOfKey.get(keyHash)),
          next: nextByBirth(idle, birthOf, before),
        });
      }
      pool.remove(taken);
    }
    before = birthOf[spells.sandbox[spell]!]!;
    if (keyHash !== 0) lastOfKey.set(keyHash, spells.sandbox[spell]!);
  }
  return choices;
}

/** Simultaneous choices have no order, so it is not known which sandboxes were left for each. */
function isAlone({ toMs }: ReuseSpells, own: readonly number[], turn: number): boolean {
  const at = toMs[own[turn]!]!;
  return toMs[own[turn - 1]!] !== at && toMs[own[turn + 1]!] !== at;
}

function isClear(idle: readonly Idle[], taken: number): boolean {
  const own = idle[taken]!.fromMs;
  return [idle[taken - 1], idle[taken + 1]].every(
    (other) => !other || Math.abs(other.fromMs - own) > CLOCK_ERROR_MS,
  );
}

function nextByBirth(idle: readonly Idle[], birthOf: Uint32Array, before: number): number {
  let next = -1;
  let first = 0;
  for (const [place, { sandbox }] of idle.entries()) {
    const birth = birthOf[sandbox]!;
    if (birth > before && (next < 0 || birth < birthOf[idle[next]!.sandbox]!)) next = place;
    if (birth < birthOf[idle[first]!.sandbox]!) first = place;
  }
  return next < 0 ? first : next;
}

/** Candidates, from the least to the most recently used. */
class Pool {
  idle: Idle[] = [];

  add(idle: Idle): void {
    this.idle.push(idle);
  }

  clear(): void {
    this.idle = [];
  }

  /** @returns −1 if it is not among them */
  find(fromMs: number, sandbox: number): number {
    let place = 0;
    for (let high = this.idle.length; place < high;) {
      const middle = (place + high) >>> 1;
      if (this.idle[middle]!.fromMs < fromMs) place = middle + 1;
      else high = middle;
    }
    while (this.idle[place]?.fromMs === fromMs && this.idle[place]!.sandbox !== sandbox) place += 1;
    return this.idle[place]?.fromMs === fromMs ? place : -1;
  }

  remove(place: number): void {
    this.idle.splice(place, 1);
  }
}
