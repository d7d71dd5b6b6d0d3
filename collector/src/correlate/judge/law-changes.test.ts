import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../statistics/index.ts';
import type { Use } from '../evidence/index.ts';
import { judgedAt, ORIGIN_MS, use } from './test-uses.ts';

/**
 * Sandboxes that are each used now and then until they have been idle for longer than the keep-alive time; then another
 * starts.
 */
function oneAfterTheOther(keptSeconds: (at: number) => number, until: number): Use[] {
  const random = seededRandom(3);
  const uses: Use[] = [];
  let at = 0;
  for (let sandbox = 0; at < until; sandbox += 1) {
    uses.push(use(`s${sandbox}`, at, { cold: true, initMs: 300, ordinal: 1 }));
    for (let ordinal = 2; ; ordinal += 1) {
      const kept = keptSeconds(at);
      const gap = -400 * Math.log1p(-random.uniform());
      at += gap;
      if (gap > kept) break;
      uses.push(use(`s${sandbox}`, at, { ordinal }));
    }
  }
  return uses;
}

const DAY = 86_400;

describe('a law that changes', { timeout: 120_000 }, () => {
  it('is detected at its time, and earlier idle times are judged by the earlier law', () => {
    const keptSeconds = (at: number): number => (at < DAY ? 600 : 300);
    const { survival, keepAlive, sandboxes } = judgedAt(2 * DAY, oneAfterTheOther(keptSeconds, 2 * DAY));
    expect(Math.abs((survival.sinceMs! - ORIGIN_MS) / 1e3 - DAY)).toBeLessThan(DAY / 20);
    expect(keepAlive.valueMs! / 3e5).toBeGreaterThan(0.95);
    expect(keepAlive.valueMs! / 3e5).toBeLessThan(1.05);
    const told = sandboxes.filter(({ evicted }) => evicted !== undefined);
    const held = told.filter(({ evicted, lastEndMs }) => {
      const goneMs = lastEndMs + 1e3 * keptSeconds((lastEndMs - ORIGIN_MS) / 1e3);
      return evicted!.lowerMs <= goneMs && goneMs <= evicted!.upperMs;
    });
    expect(held.length / told.length).toBeGreaterThan(0.95);
  });

  it('is not seen where there is one law', () => {
    const { survival } = judgedAt(
      2 * DAY,
      oneAfterTheOther(() => 600, 2 * DAY),
    );
    expect(survival.sinceMs).toBeUndefined();
  });
});
