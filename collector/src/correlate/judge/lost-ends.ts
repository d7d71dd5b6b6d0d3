import { seededRandom } from '../../statistics/index.ts';
import type { Timeline } from './sandbox.ts';

/** Below this share of lost calls nothing is added for them. */
const LEAST_LOST = 0.002;
/** Share of possibly lost last uses that the extension of intervals covers. */
const LEVEL = 0.975;

/**
 * How much later than the last seen call a sandbox may have been used, ms. The observed calls are thinned once more at
 * the rate of lost calls; how far the last remaining use then moves shows how far it has already moved.
 */
export function lostEndMs(timeline: Timeline, lostShare: number): number {
  if (!(lostShare > LEAST_LOST)) return 0;
  const { sandbox, endMs, sandboxes } = timeline;
  const random = seededRandom(2);
  const isDone = new Uint8Array(sandboxes.length);
  const moved: number[] = [];
  for (let call = sandbox.length - 1; call >= 0; call -= 1) {
    const of = sandbox[call]!;
    if (isDone[of] === 1 || random.uniform() < lostShare) continue;
    isDone[of] = 1;
    moved.push(Math.max(0, sandboxes[of]!.lastEndMs - endMs[call]!));
  }
  const sorted = Float64Array.from(moved).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(LEVEL * sorted.length))] ?? 0;
}
