import type { Sample } from '@sandscope/probes/outside';

/** Attempts at an idle time that a busy machine disturbs: as many as fit into a minute, within these bounds. */
const ATTEMPTS = { least: 3, most: 20, withinMs: 60_000 };
/** Part of the planned idle time by which the real one may differ. */
const PART = 0.05;
/** Of the clock, not of the plan: a call always takes some time to arrive. */
const LEAST_MS = 250;

/** @param waitMs planned time of one attempt */
export function idleAttempts(waitMs: number, timeScale: number): number {
  const fitting = Math.floor((ATTEMPTS.withinMs * timeScale) / Math.max(1, waitMs));
  return Math.min(ATTEMPTS.most, Math.max(ATTEMPTS.least, fitting));
}

/**
 * Whether calls before and after an idle time came so late that their sandboxes were idle for another time than planned:
 * a busy client or platform would otherwise pass for an eviction.
 *
 * @param lateMs how much later than planned the calls after it were sent
 */
export function isDisturbed(
  calls: { readonly before: readonly Sample[]; readonly after: readonly Sample[]; readonly lateMs?: number },
  waitMs: number,
  timeScale: number,
): boolean {
  const { before, after, lateMs = 0 } = calls;
  // A cold call before it was under way for long, but not after it had left the function.
  const warm = before.filter(({ start }) => start === 'warm');
  const uncertainMs = outsideMs(warm) + outsideMs(after) + Math.max(0, lateMs);
  return uncertainMs > Math.max(LEAST_MS, (PART * waitMs) / timeScale);
}

/**
 * How long calls were under way outside of the function, as far as they tell. A new sandbox also takes its time between
 * the arrival of a call and its own start, so cold calls only bound it if there is nothing better.
 */
function outsideMs(samples: readonly Sample[]): number {
  const ofStart = (wanted: Sample['start']): number[] =>
    samples.flatMap(({ start, sentMs, endMs, function: facts }) =>
      start !== wanted || endMs === undefined || facts?.durationMs === undefined
        ? []
        : [endMs - sentMs - facts.durationMs - (facts.initMs ?? 0)],
    );
  const warm = ofStart('warm');
  if (warm.length > 0) return Math.max(0, ...warm);
  const cold = ofStart('cold');
  return cold.length > 0 ? Math.max(0, Math.min(...cold)) : 0;
}
