import { argsort } from './argsort.ts';
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
  const best = new PickHorizons(draws).of(survival, limit);
  return best && { ...best, picks: picksWithin(draws, best.horizon) };
}

/** {@link pickHorizon} of the same choices under several survivals: their idle times are sorted once. */
export class PickHorizons {
  /** Where the candidates of each choice end. */
  readonly #ends: Uint32Array;
  /** Idle times of the candidates of each choice, ascending. */
  readonly #idleTimes: Float64Array;
  /** The first candidate from which a choice counts: the chosen one and one other are then within the horizon. */
  readonly #isFirst: Uint8Array;
  /** Candidates that an addition adds; 0 for those that an addition of their choice includes. */
  readonly #candidates: Uint32Array;
  /** Additions by idle time. */
  readonly #order: Uint32Array;

  constructor(draws: readonly IdleDraw[]) {
    this.#ends = new Uint32Array(draws.length);
    const length = draws.reduce((sum, { idleTimes }) => sum + idleTimes.length, 0);
    this.#idleTimes = new Float64Array(length);
    this.#isFirst = new Uint8Array(length);
    this.#candidates = new Uint32Array(length);
    let from = 0;
    for (const [draw, { idleTimes, taken }] of draws.entries()) {
      const own = this.#idleTimes.subarray(from, from + idleTimes.length);
      own.set(idleTimes);
      own.sort();
      const first = Math.max(1, own.indexOf(idleTimes[taken]!));
      if (first < own.length) this.#isFirst[from + first] = 1;
      for (let index = first; index < own.length; index += 1)
        this.#candidates[from + index] = index === first ? first + 1 : 1;
      from += own.length;
      this.#ends[draw] = from;
    }
    this.#order = argsort(this.#idleTimes).filter((index) => this.#candidates[index]! > 0);
  }

  of(survival: (idleTime: number) => number, limit: number): Omit<PickHorizon, 'picks'> | undefined {
    const times = this.#idleTimes;
    // What each addition adds to the expected number of dead candidates.
    const goneOf = new Float64Array(times.length);
    let index = 0;
    for (const end of this.#ends) {
      let own = 0;
      for (; index < end; index += 1) {
        own += 1 - survival(times[index]!);
        if (this.#candidates[index] === 0) continue;
        goneOf[index] = own;
        own = 0;
      }
    }
    let n = 0;
    let candidates = 0;
    let gone = 0;
    let best: Omit<PickHorizon, 'picks'> | undefined;
    for (let place = 0; place < this.#order.length; place += 1) {
      const addition = this.#order[place]!;
      n += this.#isFirst[addition]!;
      candidates += this.#candidates[addition]!;
      gone += goneOf[addition]!;
      const next = this.#order[place + 1];
      const horizon = next === undefined ? Infinity : times[next]!;
      const meanGone = gone / candidates;
      const bias = Math.sqrt(3 * n) * meanGone;
      if (horizon > times[addition]! && bias <= limit) best = { horizon, meanGone, bias };
    }
    return best;
  }
}
