/** One batch of sandboxes that became idle together, after its wait. */
export interface Batch {
  readonly initial: number;
  /** Planned wait, ms. */
  readonly waitMs: number;
  /** Actual wait without the time scale, ms. */
  readonly idleMs: number;
  /** Number still warm. */
  readonly warm: number;
}
