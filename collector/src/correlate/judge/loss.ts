import { clusterProportion } from '../../statistics/index.ts';
import type { Proportion } from '../../statistics/index.ts';
import type { Sandbox } from './sandbox.ts';

/** Calls that must have happened but were not seen. */
export interface Loss {
  /** From gaps in the ordinals of each process, and from the last ordinal in a goodbye: a lower bound. */
  readonly lost: number;
  /**
   * Share of lost calls; absent where there are no ordinals. It uses only calls between two seen ones (or before a last
   * reported ordinal): if all calls of a sandbox were lost, or its last ones, that is not known. The interval treats
   * sandboxes as independent.
   */
  readonly share?: Proportion;
}

/** Counts of lost calls. */
export function judgeLoss(sandboxes: readonly Sandbox[]): Loss {
  const lost = sandboxes.reduce((sum, sandbox) => sum + sandbox.lost, 0);
  const own = sandboxes.filter(({ between }) => between.calls > 0).map(({ between }) => between);
  if (own.length === 0) return { lost };
  const share = clusterProportion(
    own.map(({ calls, seen }) => calls - seen),
    own.map(({ calls }) => calls),
  );
  return { lost, share };
}
