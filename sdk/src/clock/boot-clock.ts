import { BootClock } from '@sandscope/probes/inside';
import { monotonicMs } from './clock.ts';

/** The one boot clock of this process. Its accuracy improves with each reading. */
export const bootClock = new BootClock();

/** How long the machine has been suspended since boot, ms, as far as is known; 0 if the system does not report it. */
export function suspendedMs(): number {
  const upMs = bootClock.nowMs();
  return upMs === undefined ? 0 : upMs - monotonicMs();
}
