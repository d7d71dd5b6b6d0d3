import type { PolicyDefinition } from '../policy-registry.ts';

/** Decides how many hosts a region has. It starts with as many as are configured, and never has fewer. */
export interface HostScalingPolicy {
  /** Maximum number of sandboxes on one host. */
  readonly capacity: number;
  /** How long an added host takes to start, ms. */
  readonly startMillis: number;
  /** Whether a host is added when all are full. @param count current number of hosts */
  adds(count: number): boolean;
  /** How long a host without sandboxes is kept, ms; Infinity: for ever. */
  readonly emptyLimitMillis: number;
}

export interface HostScalingContext {
  /** Converts a configured duration to this platform's time, which may be accelerated, ms. */
  readonly scaled: (millis: number) => number;
}

/** A policy's entry in the registry; started once per region. */
export type HostScalingDefinition = PolicyDefinition<HostScalingPolicy, HostScalingContext>;
