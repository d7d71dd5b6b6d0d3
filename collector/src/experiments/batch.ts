/** One batch of sandboxes that became idle together, after its wait. */
export interface Batch {
  readonly initial: number;
  /** As planned, ms. */
  readonly waitMs: number;
  /** As it was, time scale undone, ms. */
  readonly idleMs: number;
  /** Still there. */
  readonly warm: number;
}
