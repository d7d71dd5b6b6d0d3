import type { Sandbox } from './sandbox.ts';
import { TAKES_OVER_MS } from './simultaneous-stop.ts';

/** The sandboxes that existed at a moment and were not started as replacements of those that it stops. */
export class Existing {
  readonly #sandboxes: readonly Sandbox[];
  readonly #byStart: readonly number[];
  #next = 0;
  #alive: number[] = [];

  constructor(sandboxes: readonly Sandbox[]) {
    this.#sandboxes = sandboxes;
    this.#byStart = [...sandboxes.keys()].sort(
      (a, b) => sandboxes[a]!.firstStartMs - sandboxes[b]!.firstStartMs || a - b,
    );
  }

  /** @param atMs not before that of the previous question */
  at(atMs: number): readonly number[] {
    const startOf = (place: number): number =>
      this.#sandboxes[this.#byStart[place] ?? -1]?.firstStartMs ?? Infinity;
    for (; startOf(this.#next) < atMs - TAKES_OVER_MS; this.#next += 1)
      this.#alive.push(this.#byStart[this.#next]!);
    this.#alive = this.#alive.filter((index) => seenMs(this.#sandboxes[index]!) >= atMs);
    return this.#alive;
  }
}

/** When a sandbox was last known to exist. */
export const seenMs = ({ lastEndMs, goodbye }: Sandbox): number => goodbye?.timeMs ?? lastEndMs;
