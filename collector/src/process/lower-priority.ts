import { constants, setPriority } from 'node:os';

/**
 * Lets all other threads of this machine go first, for work that nobody waits for. Only the calling thread, which only
 * Linux can do: elsewhere it changes nothing.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not permitted: the work is done all the same.
  }
}
