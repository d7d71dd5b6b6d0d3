import type { UnitContext } from '@sandscope/probes/outside';

/** A sandbox that has answered takes the next call only once its runtime and its extensions have requested it. */
const HAND_BACK_MS = 150;

/** Waits until the sandbox that has just answered is free, so that the next call finds it. */
export function settle({ pause }: Pick<UnitContext, 'pause'>): Promise<void> {
  return pause(HAND_BACK_MS);
}
