import { clusterProportion } from '../../statistics/index.ts';
import type { Proportion } from '../../statistics/index.ts';
import type { Sandbox } from './sandbox.ts';

/** Calls that must have been and were not seen. */
export interface Loss {
  /** By gaps in the ordinals of each process, and by the last ordinal that a goodbye tells: at least so many. */
  readonly lost: number;
  /**
   * Share of calls that are lost; absent where ordinals do not tell. From those alone that lie between two that were
   * seen (or before a last ordinal that was told): a sandbox of which all were lost, or its last ones, is not known of.
   * The interval takes sandboxes as independent.
   */
  readonly share?: Proportion;
}

/** What was lost. */
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
