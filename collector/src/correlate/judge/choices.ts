import { argsort, ascending } from '../../statistics/index.ts';
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

/** Idle times of which each begins a candidacy, by their start and then by sandbox. */
interface Idles {
  readonly fromMs: Float64Array;
  readonly sandbox: Uint32Array;
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
  const newest = new Uint32Array(Math.min(MOST_SPELLS, spells.toMs.length));
  let from = newest.length;
  for (let spell = spells.toMs.length - 1; spell >= 0 && from > 0; spell -= 1) {
    if (of(spells.sandbox[spell]!)) newest[(from -= 1)] = spell;
  }
  const own = newest.subarray(from);
  const idles = idlesOf(timeline, spells, own, of, guardMs);
  const opensAt = idles.fromMs.map((fromMs) => fromMs + guardMs);
  const cold: number[] = [];
  for (let call = 0; call < timeline.startMs.length; call += 1) {
    if (timeline.arrival[call] === ARRIVAL.BIRTH && of(timeline.sandbox[call]!))
      cold.push(timeline.decidedMs[call]!);
  }
  cold.sort(ascending);
  const birthOf = birthOrder(timeline.sandboxes);
  const stride = Math.max(1, Math.ceil(own.length / MOST_CHOICES));
  const pool = new Pool(idles);
  const lastOfKey = new Map<number, number>();
  const choices: Choice[] = [];
  let opened = 0;
  let passed = 0;
  let before = -1;
  for (let turn = 0; turn < own.length; turn += 1) {
    const spell = own[turn]!;
    const at = spells.toMs[spell]!;
    for (; passed < cold.length && cold[passed]! <= at; passed += 1) {
      while (opened < opensAt.length && opensAt[opened]! <= cold[passed]!) opened += 1;
      pool.clear();
    }
    for (; opened < opensAt.length && opensAt[opened]! <= at; opened += 1) pool.add(opened);
    const taken = pool.find(spells.fromMs[spell]!, spells.sandbox[spell]!);
    const keyHash = timeline.keyHashes[spells.call[spell]!]!;
    if (taken >= 0) {
      const { idle } = pool;
      const isMany = idle.length >= 2 && idle.length <= MOST_CANDIDATES;
      if (turn % stride === 0 && isMany && isAlone(spells, own, turn) && pool.isClear(taken)) {
        choices.push({
          idleTimes: Float64Array.from(idle, (index) => at - idles.fromMs[index]!),
          taken,
          affine:
            keyHash === 0 ? -1 : idle.findIndex((index) => idles.sandbox[index] === lastOfKey.get(keyHash)),
          next: pool.nextByBirth(birthOf, before),
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
function isAlone({ toMs }: ReuseSpells, own: Uint32Array, turn: number): boolean {
  const at = toMs[own[turn]!]!;
  return toMs[own[turn - 1]!] !== at && toMs[own[turn + 1]!] !== at;
}

function idlesOf(
  { sandboxes }: Timeline,
  spells: ReuseSpells,
  own: Uint32Array,
  of: (sandbox: number) => boolean,
  guardMs: number,
): Idles {
  const fromMs = new Float64Array(own.length + sandboxes.length);
  const sandbox = new Uint32Array(own.length + sandboxes.length);
  let count = 0;
  for (const spell of own) {
    // A sandbox that was taken again before it was surely free was never a candidate.
    if (!(spells.toMs[spell]! > spells.fromMs[spell]! + guardMs)) continue;
    fromMs[count] = spells.fromMs[spell]!;
    sandbox[count] = spells.sandbox[spell]!;
    count += 1;
  }
  for (const [index, { lastEndMs, goodbye }] of sandboxes.entries()) {
    // After a goodbye a sandbox is known to be gone; before it, its approaching death is unknown.
    if (!of(index) || goodbye) continue;
    fromMs[count] = lastEndMs;
    sandbox[count] = index;
    count += 1;
  }
  const order = argsort(fromMs.subarray(0, count));
  for (let at = 1; at < count; at += 1) {
    const moved = order[at]!;
    let to = at;
    for (; to > 0 && isAfter(order[to - 1]!, moved); to -= 1) order[to] = order[to - 1]!;
    order[to] = moved;
  }
  function isAfter(a: number, b: number): boolean {
    return fromMs[a] === fromMs[b] && sandbox[a]! > sandbox[b]!;
  }
  const idles = { fromMs: new Float64Array(count), sandbox: new Uint32Array(count) };
  for (let at = 0; at < count; at += 1) {
    idles.fromMs[at] = fromMs[order[at]!]!;
    idles.sandbox[at] = sandbox[order[at]!]!;
  }
  return idles;
}

/** Candidates, from the least to the most recently used. */
class Pool {
  readonly #idles: Idles;
  /** Indices of idle times. */
  idle: number[] = [];

  constructor(idles: Idles) {
    this.#idles = idles;
  }

  add(index: number): void {
    this.idle.push(index);
  }

  clear(): void {
    this.idle = [];
  }

  /** @returns −1 if it is not among them */
  find(fromMs: number, sandbox: number): number {
    const { fromMs: fromOf, sandbox: sandboxOf } = this.#idles;
    let place = 0;
    for (let high = this.idle.length; place < high;) {
      const middle = (place + high) >>> 1;
      if (fromOf[this.idle[middle]!]! < fromMs) place = middle + 1;
      else high = middle;
    }
    const isAt = (): boolean => place < this.idle.length && fromOf[this.idle[place]!] === fromMs;
    while (isAt() && sandboxOf[this.idle[place]!] !== sandbox) place += 1;
    return isAt() ? place : -1;
  }

  /** Whether the order of its neighbours and it is beyond doubt. */
  isClear(taken: number): boolean {
    const { fromMs } = this.#idles;
    const own = fromMs[this.idle[taken]!]!;
    return [this.idle[taken - 1], this.idle[taken + 1]].every(
      (other) => other === undefined || Math.abs(fromMs[other]! - own) > CLOCK_ERROR_MS,
    );
  }

  /** Position of the next by birth. */
  nextByBirth(birthOf: Uint32Array, before: number): number {
    const { sandbox } = this.#idles;
    let next = -1;
    let nextBirth = Infinity;
    let first = 0;
    let firstBirth = Infinity;
    for (const [place, index] of this.idle.entries()) {
      const birth = birthOf[sandbox[index]!]!;
      if (birth > before && birth < nextBirth) {
        next = place;
        nextBirth = birth;
      }
      if (birth < firstBirth) {
        first = place;
        firstBirth = birth;
      }
    }
    return next < 0 ? first : next;
  }

  remove(place: number): void {
    this.idle.splice(place, 1);
  }
}
