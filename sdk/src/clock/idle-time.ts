import type { Tick } from './moment.ts';

// Date.now() is truncated to whole ms, so the distance between the two clocks may appear to change by up to 1 ms.
const STEP_MS = 2;

/**
 * Time from the end of an invocation to the start of the next, ms, suspension of the machine included.
 *
 * @param since undefined for the first invocation, which has none
 * @param asleepMs how much the machine's total suspended time grew between the end of the previous invocation and the
 *   end of this one. It counts only if the two clocks moved apart between the invocations (setting the wall clock alone
 *   adds nothing)
 */
export function idleMs(since: Tick | undefined, until: Tick, asleepMs: number): number | undefined {
  if (since === undefined) return undefined;
  const monotonicMs = Number(until.nanos - since.nanos) / 1e6;
  const jumpedMs = until.unixMs - since.unixMs - monotonicMs;
  return Math.max(0, monotonicMs + (Math.abs(jumpedMs) < STEP_MS ? 0 : Math.max(0, asleepMs)));
}
