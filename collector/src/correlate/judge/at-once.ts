import type { DeathPosterior } from '../../statistics/index.ts';
import type { IdleTimes } from './idle-times.ts';
import type { OpenEvidence } from './open-evidence.ts';

/**
 * Sandboxes whose last call timed out or crashed: a share of them died with it, which says nothing about idle times.
 */
export class AtOnce {
  readonly #broken: readonly number[];
  readonly #survived: number;
  #share: number;

  constructor({ open, survivedBroken }: IdleTimes) {
    this.#broken = [...open.keys()].filter((index) => open[index]!.isBroken);
    this.#survived = survivedBroken;
    this.#share = (this.#broken.length / 2 + 0.5) / (this.#broken.length + this.#survived + 1);
  }

  /** Sets the weight of each spell for idle times: the probability that it did not end at once. */
  weigh({ single }: OpenEvidence, tables: readonly Float64Array[], weights: Float64Array): void {
    let gone = 0;
    for (const index of this.#broken) {
      const at = 1 - this.#later(single, index, tables);
      weights[index] = Math.max(1e-6, 1 - at);
      gone += at;
    }
    this.#share = (gone + 0.5) / (this.#broken.length + this.#survived + 1);
  }

  /** Probability that it did not die at once, from the likelihood of its signs if it lived for a while. */
  #later(single: OpenEvidence['single'], index: number, tables: readonly Float64Array[]): number {
    const { offsets, stepEdges, stepChanges } = single;
    const table = tables.length === 1 ? tables[0]! : tables[single.batches[index]!]!;
    let z = 0;
    for (let step = offsets[index]!; step < offsets[index + 1]!; step += 1)
      z += stepChanges[step]! * table[stepEdges[step]!]!;
    const stayed = (1 - this.#share) * Math.max(0, z);
    return stayed / (stayed + this.#share);
  }

  combine(later: DeathPosterior, atOnce: number): DeathPosterior {
    if (atOnce === 0) return later;
    const gone = atOnce + (1 - atOnce) * later.gone;
    return {
      ...later,
      gone,
      low: 0,
      ...(atOnce > 0.5 && { median: 0 }),
      high: atOnce > 0.975 * gone ? 0 : (later.high ?? 0),
    };
  }
}
