import type { Tick } from '../invocation/invocation.ts';

// Date.now() is cut to whole ms, so the distance of the two clocks seems to change by up to one.
const STEP_MS = 2;

/**
 * Time from the end of an invocation to the start of the next, ms, suspension of the machine included.
 *
 * @param since undefined for the first invocation, which has none
 * @param asleepMs how much longer the machine had been suspended when this invocation was over than when the one before
 *   was; it lay between the two where the wall clock left the monotonic one there (setting the clock alone adds nothing)
 */
export function idleMs(since: Tick | undefined, until: Tick, asleepMs: number): number | undefined {
  if (since === undefined) return undefined;
  const monotonicMs = Number(until.nanos - since.nanos) / 1e6;
  const jumpedMs = until.unixMs - since.unixMs - monotonicMs;
  return Math.max(0, monotonicMs + (Math.abs(jumpedMs) < STEP_MS ? 0 : Math.max(0, asleepMs)));
}
