import type { Placement, ReuseOrder } from './config.ts';

/**
 * Picks the idle sandbox that serves the next event.
 *
 * @param idle in the order in which they became idle, the longest idle first
 * @returns undefined when none is idle
 */
export function pickIdle<T>(idle: readonly T[], order: ReuseOrder, random = Math.random): T | undefined {
  if (order === 'most-recent') return idle.at(-1);
  if (order === 'least-recent') return idle[0];
  return idle[Math.floor(random() * idle.length)];
}

/** Chooses hosts for new sandboxes, one call a sandbox. */
export class Placer {
  readonly #hosts: number;
  readonly #policy: Placement;
  readonly #random: () => number;
  #next = 0;

  constructor(hosts: number, policy: Placement, random = Math.random) {
    this.#hosts = hosts;
    this.#policy = policy;
    this.#random = random;
  }

  /**
   * @param load sandboxes now alive on each host, of all functions
   * @returns index of the host; under `spread` the one with the fewest, in turn where several have as few
   */
  place(load: readonly number[]): number {
    if (this.#policy === 'random') return Math.floor(this.#random() * this.#hosts);
    let best = this.#next;
    for (let step = 1; step < this.#hosts; step += 1) {
      const host = (this.#next + step) % this.#hosts;
      if ((load[host] ?? 0) < (load[best] ?? 0)) best = host;
    }
    this.#next = (best + 1) % this.#hosts;
    return best;
  }
}
