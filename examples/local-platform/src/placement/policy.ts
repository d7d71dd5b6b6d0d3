import type { Draw } from '../chance.ts';

/** A host, as a placement sees it. */
export interface Place {
  /** Absent if the region has no zones. */
  readonly zone?: string;
}

/** Chooses hosts of one region for new sandboxes, one call per sandbox. */
export interface PlacementPolicy {
  /**
   * @param load sandboxes now alive on each host, of all functions; at least one host
   * @param hosts the same hosts
   * @returns index of the host
   */
  place(load: readonly number[], hosts: readonly Place[]): number;
}

/** A policy's entry in the registry. */
export interface PlacementDefinition {
  /** Its name in the configuration. */
  readonly placement: string;
  /** Creates the placement of one region. */
  start(draw: Draw): PlacementPolicy;
}
