import type { Draw } from '../chance.ts';

/** Chooses hosts of one region for new sandboxes, one call a sandbox. */
export interface PlacementPolicy {
  /**
   * @param load sandboxes now alive on each host, of all functions; at least one host
   * @returns index of the host
   */
  place(load: readonly number[]): number;
}

/** A policy as it is found in the registry. */
export interface PlacementDefinition {
  /** Its name in the configuration. */
  readonly placement: string;
  /** For one region. */
  start(draw: Draw): PlacementPolicy;
}
