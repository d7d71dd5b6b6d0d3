import type { Draw } from '../chance.ts';

/** A sandbox that can take the next event. */
export interface Candidate {
  /** Number of the sandbox within one version of a function, from 1, in the order of birth. */
  readonly ordinal: number;
  /** Invocations in progress; 0 if a sandbox takes one at a time. */
  readonly invocationsUnderWay: number;
}

/** The part of an event that an order may use. */
export interface Caller {
  /** The caller's `x-affinity-key`. */
  readonly affinityKey?: string;
}

/** Chooses the sandbox for the next event. */
export interface ReuseOrder {
  /** @param candidates at least one; the least recently used first */
  pick<C extends Candidate>(candidates: readonly C[], caller: Caller): C;
}

/** An order's entry in the registry. */
export interface OrderDefinition {
  /** Its name in the configuration. */
  readonly order: string;
  /** Creates the order for one version of a function. */
  start(draw: Draw): ReuseOrder;
}

/** The candidate with the smallest value; of several, the first. */
export function least<C>(candidates: readonly C[], of: (candidate: C) => number): C {
  return candidates.reduce((best, one) => (of(one) < of(best) ? one : best));
}
