import type { PolicyDefinition } from '../policy-registry.ts';

/** Decides how many generic runtimes, started without a function, wait on each host. */
export interface RuntimePoolPolicy {
  /** Asked when the host is up, and each time a runtime was taken: how many should be waiting. */
  wanted(): number;
}

/** A policy's entry in the registry; started once per host. */
export type RuntimePoolDefinition = PolicyDefinition<RuntimePoolPolicy>;
