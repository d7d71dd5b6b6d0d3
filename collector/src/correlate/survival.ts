import { ascending, countAtMost } from './statistics.ts';

/** Probability that a sandbox is still alive after idling so long. */
export type Survival = (idleMs: number) => number;

/** Where nothing is known, half the sandboxes are expected to be gone after this long. A weak belief, soon outvoted. */
const PRIOR_HALF_LIFE_MS = 30 * 60_000;

/**
 * Survival over idle time from a function's own history: gaps that ended in a reuse (alive at that length) and gaps
 * that ended in a goodbye (gone at that length). Product limit over the goodbyes with one pseudo-survivor, times an
 * exponential prior that counts only where few gaps were that long.
 */
export function estimateSurvival(reusedMs: readonly number[], endedMs: readonly number[]): Survival {
  return survivalOf(
    reusedMs.map((ms) => [ms, 1]),
    endedMs,
  );
}

/** {@link estimateSurvival} of gaps that come with how often each was seen. */
export function survivalOf(
  reused: readonly (readonly [ms: number, count: number])[],
  endedMs: readonly number[],
): Survival {
  const events = [...endedMs].sort(ascending);
  const entries = [...reused, ...events.map((ms) => [ms, 1] as const)].sort((a, b) => a[0] - b[0]);
  const all = entries.map(([ms]) => ms);
  /** Gaps up to and with each entry. */
  const passedBy: number[] = [];
  let gaps = 0;
  for (const [, count] of entries) {
    gaps += count;
    passedBy.push(gaps);
  }
  const passedAt = (ms: number): number => passedBy[countAtMost(all, ms) - 1] ?? 0;
  // Product limit after each event.
  const limits: number[] = [];
  let limit = 1;
  for (const [index, at] of events.entries()) {
    const before = passedAt(at) - (countAtMost(events, at) - index);
    const atRisk = gaps - Math.max(0, before);
    limit *= 1 - 1 / (atRisk + 1);
    limits.push(limit);
  }
  // Integral of 1/(1 + at risk) up to each gap length.
  const exposure: number[] = [];
  let total = 0;
  let previous = 0;
  for (const [index, at] of all.entries()) {
    total += (at - previous) / (1 + gaps - (passedBy[index - 1] ?? 0));
    exposure.push(total);
    previous = at;
  }
  return (idleMs) => {
    const passed = countAtMost(all, idleMs);
    const from = passed === 0 ? 0 : (all[passed - 1] ?? 0);
    const spent =
      (passed === 0 ? 0 : (exposure[passed - 1] ?? 0)) +
      Math.max(0, idleMs - from) / (1 + gaps - (passedBy[passed - 1] ?? 0));
    const prior = 2 ** (-spent / PRIOR_HALF_LIFE_MS);
    const done = countAtMost(events, idleMs);
    return (done === 0 ? 1 : (limits[done - 1] ?? 1)) * prior;
  };
}
