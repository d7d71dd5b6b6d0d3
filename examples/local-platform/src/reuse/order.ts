import type { Draw } from '../chance.ts';

/** A sandbox that can take the next event. */
export interface Candidate {
  /** Counts the sandboxes of one version of a function from 1, in the order of birth. */
  readonly ordinal: number;
  /** Invocations it is at work on; 0 where a sandbox takes one at a time. */
  readonly invocationsUnderWay: number;
}

/** What an order may look at of the event that wants a sandbox. */
export interface Caller {
  /** What the caller sent as `x-affinity-key`. */
  readonly affinityKey?: string;
}

/** Which sandbox serves the next event. */
export interface ReuseOrder {
  /** @param candidates at least one; in the order of their last use, the one used longest ago first */
  pick<C extends Candidate>(candidates: readonly C[], caller: Caller): C;
}

/** An order as it is found in the registry. */
export interface OrderDefinition {
  /** Its name in the configuration. */
  readonly order: string;
  /** For one version of a function. */
  start(draw: Draw): ReuseOrder;
}

/** The candidate with the least of something; of several, the first. */
export function least<C>(candidates: readonly C[], of: (candidate: C) => number): C {
  return candidates.reduce((best, one) => (of(one) < of(best) ? one : best));
}
