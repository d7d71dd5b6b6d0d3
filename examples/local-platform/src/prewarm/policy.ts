import type { PolicyDefinition } from '../policy-registry.ts';

/** An order to have a sandbox ready. */
export interface PrewarmOrder {
  /** Name of the function that will be called; absent: the policy's own. In the same region and account. */
  readonly function?: string;
  /** The values behind the decision, for the record of what happened. */
  readonly details: Readonly<Record<string, number>>;
}

/**
 * Decides when a sandbox is initialised ahead of a call. It is notified of the calls of one version of a function, and
 * asked which orders are due; it has no timer and reads no clock. Times are those of `performance.now()`, ms.
 */
export interface PrewarmPolicy {
  /** A call arrived. */
  called(nowMillis: number): void;
  /** A call was answered, and no other is under way. */
  idle(nowMillis: number): void;
  /** While a call was under way, the same trace reached another function of the region and account. */
  followedBy(name: string): void;
  /** When the next order is due, if nothing happens before; Infinity: never. */
  nextMillis(): number;
  /** The orders due now. The policy forgets them. */
  due(nowMillis: number): readonly PrewarmOrder[];
}

export interface PrewarmContext {
  /** Converts a configured duration to this platform's time, which may be accelerated, ms. */
  readonly scaled: (millis: number) => number;
  /** When the version was deployed. */
  readonly nowMillis: number;
}

/** A policy's entry in the registry; started once per version of a function. */
export type PrewarmDefinition = PolicyDefinition<PrewarmPolicy, PrewarmContext>;
