import { seededRandom } from '../../statistics/index.ts';
import type { Timeline } from './sandbox.ts';

/** Below this share of lost calls nothing is added for them. */
const LEAST_LOST = 0.002;
/** Of the last uses that may have been lost, so many lie within what is added to intervals. */
const LEVEL = 0.975;

/**
 * How much later than the last call that was seen a sandbox may have been used, ms. What was seen is thinned once more at
 * the rate at which calls are lost: how far the last use that is left then moves tells how far it has moved already.
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
