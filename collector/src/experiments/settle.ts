import type { UnitContext } from '@sandscope/probes/outside';

/** A sandbox that has answered takes the next call only when its runtime and its extensions have asked for it. */
const HAND_BACK_MS = 150;

/** Lets the sandbox that has just answered become free, so that the next call finds it. */
export function settle({ pause }: Pick<UnitContext, 'pause'>): Promise<void> {
  return pause(HAND_BACK_MS);
}
