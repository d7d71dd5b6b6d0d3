import { BootClock } from '@sandscope/probes/inside';
import { monotonicMs } from './clock.ts';

/** The one boot clock of this process: it gets better the more often it is read. */
export const bootClock = new BootClock();

/** How long the machine was suspended since it booted, ms, as far as is known now; 0 where the system does not tell. */
export function suspendedMs(): number {
  const upMs = bootClock.nowMs();
  return upMs === undefined ? 0 : upMs - monotonicMs();
}
