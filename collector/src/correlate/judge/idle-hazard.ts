import { countBelow } from '../../statistics/index.ts';

/** How likely sandboxes end by idleness, from how long idle times lasted that a call or a goodbye ended. */
export class IdleHazard {
  readonly #survived: Float64Array;
  readonly #ended: Float64Array;
  readonly #sums: Float64Array;

  /** @param survived idle times that a call ended, and `ended` those that a goodbye ended, ms; both ascending */
  constructor(survived: Float64Array, ended: Float64Array) {
    this.#survived = survived;
    this.#ended = ended;
    this.#sums = this.#sumsOf(ended);
  }

  /**
   * Cumulative hazard of idle times, by Nelson and Aalen, with one more end at their very end: what was never seen to
   * happen is still possible. Infinity if no call ever ended an idle time as long: nothing speaks against idleness.
   *
   * @param without idle times of goodbyes that are not counted, ms, ascending
   */
  without(without: Float64Array): (idleMs: number) => number {
    const sums = this.#sumsOf(without);
    return (idleMs) => {
      if (!(idleMs > 0)) return 0;
      const survived = this.#survived.length - countBelow(this.#survived, idleMs);
      if (survived === 0) return Infinity;
      const sum = this.#sums[countBelow(this.#ended, idleMs)]! - sums[countBelow(without, idleMs)]!;
      return Math.max(0, sum) + 1 / (survived + 1);
    };
  }

  /** Sums of the hazards of some goodbyes, up to each. */
  #sumsOf(ended: Float64Array): Float64Array {
    const sums = new Float64Array(ended.length + 1);
    for (let index = 0; index < ended.length; index += 1) {
      const survived = this.#survived.length - countBelow(this.#survived, ended[index]!);
      const atRisk = survived + this.#ended.length - countBelow(this.#ended, ended[index]!);
      sums[index + 1] = sums[index]! + 1 / atRisk;
    }
    return sums;
  }
}
