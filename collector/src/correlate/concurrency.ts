import type { Invocation, Lifeline } from './lifelines.ts';
import { ascending, countAtMost } from './statistics.ts';

/** Whether a sandbox serves one request at a time. */
export interface ConcurrencyModel {
  /** `unknown` until enough requests overlapped to tell. */
  readonly model: 'one-to-one' | 'one-to-many' | 'unknown';
  /** Invocations looked at; of a busy function the newest. */
  readonly n: number;
  /** Pairs of them that overlapped in time. */
  readonly overlaps: number;
  /** Pairs that did so inside one sandbox. */
  readonly overlapsInSandbox: number;
  /** Most invocations seen at once in one sandbox. */
  readonly maxConcurrent: number;
  /** Bound on the chance of no overlap inside a sandbox if sandboxes did take several requests. Absent at one sandbox. */
  readonly pValue?: number;
}

/** Spans are shortened by the clock's resolution before they count as overlapping. */
const CLOCK_RESOLUTION_MS = 2;
const SIGNIFICANT = 0.01;

/**
 * Judges one function by its overlapping invocations.
 *
 * @param lives all its sandboxes
 * @param evidence lifelines of the invocations that are looked at one by one; default all
 */
export function judgeConcurrency(
  lives: readonly Lifeline[],
  evidence: readonly Lifeline[] = lives,
): ConcurrencyModel {
  const all = evidence.flatMap((life) => life.invocations);
  const together = countOverlaps(all);
  let overlapsInSandbox = 0;
  let maxConcurrent = 1;
  for (const life of evidence) {
    const own = countOverlaps(life.invocations);
    overlapsInSandbox += own.pairs;
    maxConcurrent = Math.max(maxConcurrent, own.most);
  }
  for (const life of lives) {
    maxConcurrent = Math.max(maxConcurrent, life.mostConcurrent);
  }
  const measured = { n: all.length, overlaps: together.pairs, overlapsInSandbox, maxConcurrent };
  const alive = mostAlive(evidence);
  const known = alive > 1 ? { pValue: (1 - 1 / alive) ** together.pairs } : {};
  if (overlapsInSandbox > 0 || maxConcurrent > 1) return { model: 'one-to-many', ...measured, ...known };
  const decided = known.pValue !== undefined && known.pValue < SIGNIFICANT;
  return { model: decided ? 'one-to-one' : 'unknown', ...measured, ...known };
}

function countOverlaps(invocations: readonly Invocation[]): { pairs: number; most: number } {
  const starts = invocations.map(({ startMs }) => startMs).sort(ascending);
  const ends = invocations
    .map(({ startMs, endMs }) => Math.max(startMs, endMs - CLOCK_RESOLUTION_MS))
    .sort(ascending);
  let pairs = 0;
  let most = 0;
  for (const [index, start] of starts.entries()) {
    const active = index - countAtMost(ends, start);
    pairs += Math.max(0, active);
    most = Math.max(most, active + 1);
  }
  return { pairs, most };
}

function mostAlive(lives: readonly Lifeline[]): number {
  const starts = lives.map((life) => life.firstStartMs).sort(ascending);
  const ends = lives.map((life) => life.lastEndMs).sort(ascending);
  let most = 0;
  for (const [index, start] of starts.entries())
    most = Math.max(most, index + 1 - countAtMost(ends, start - 1e-6));
  return most;
}
