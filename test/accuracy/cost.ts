import { merge, summarise } from '../../collector/src/correlate/evidence/index.ts';
import type { History, Use } from '../../collector/src/correlate/evidence/index.ts';
import { judge } from '../../collector/src/correlate/judge/index.ts';
import { seededRandom } from '../../collector/src/statistics/index.ts';
import { ORIGIN_MS } from './simulator/spans.ts';

/** Cost of one judgement of a large deployment. */
export interface JudgeCost {
  readonly calls: number;
  readonly sandboxes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly heapMegabytes: number;
}

const SLOT_MS = 600_000;

/**
 * Evidence of a deployment with a daily load cycle: sandboxes are added with each rise, idle ones go after ten minutes,
 * and every one of them is used often enough that the number of gaps is the one requested.
 */
export function largeHistory(sandboxes: number, calls: number): History {
  const random = seededRandom(11);
  const day = 86_400_000;
  const slots = new Map<number, Use[]>();
  const each = Math.max(1, Math.round(calls / sandboxes));
  for (let sandbox = 0; sandbox < sandboxes; sandbox += 1) {
    let at = (day * 0.97 * sandbox) / sandboxes;
    // Busy for some minutes: then each gap decides, as it comes, whether it is the last.
    const gapMs = 1_500_000 / each;
    for (let ordinal = 1; ordinal <= each; ordinal += 1) {
      const startMs = ORIGIN_MS + at;
      if (at >= day) break;
      const slot = Math.floor(at / SLOT_MS);
      const use: Use = {
        sandbox: `sandbox-${sandbox}`,
        version: '1',
        startMs,
        endMs: startMs + 0.4 * gapMs,
        ordinal,
        cold: ordinal === 1,
        ...(ordinal === 1 && { initMs: 250 }),
      };
      const own = slots.get(slot);
      if (own) own.push(use);
      else slots.set(slot, [use]);
      at += 0.4 * gapMs - 0.6 * gapMs * Math.log1p(-random.uniform());
    }
  }
  const parts = [...slots.values()].map((uses) => summarise({ uses }));
  slots.clear();
  return merge(parts);
}

/** Judges it again, in a process that has judged before, like a collector's. */
export function judgeCost(sandboxes: number, calls: number): JudgeCost {
  judge(largeHistory(1_000, 200_000), ORIGIN_MS + 86_400_000);
  const history = largeHistory(sandboxes, calls);
  const before = process.cpuUsage();
  const start = performance.now();
  const judgement = judge(history, ORIGIN_MS + 86_400_000)!;
  const seconds = (performance.now() - start) / 1e3;
  const { user, system } = process.cpuUsage(before);
  return {
    calls: judgement.uses,
    sandboxes: judgement.sandboxes.length,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    heapMegabytes: process.memoryUsage().rss / 1e6,
  };
}
