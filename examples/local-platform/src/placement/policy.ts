import type { Draw } from '../chance.ts';

/** Chooses hosts of one region for new sandboxes, one call per sandbox. */
export interface PlacementPolicy {
  /**
   * @param load sandboxes now alive on each host, of all functions; at least one host
   * @returns index of the host
   */
  place(load: readonly number[]): number;
}

/** A policy's entry in the registry. */
export interface PlacementDefinition {
  /** Its name in the configuration. */
  readonly placement: string;
  /** Creates the placement of one region. */
  start(draw: Draw): PlacementPolicy;
}
