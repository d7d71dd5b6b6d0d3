import { expect, it } from 'vitest';
import { seededRandom } from '../../statistics/index.ts';
import type { Use } from '../evidence/index.ts';
import { judgedAt, ORIGIN_MS, use } from './test-uses.ts';

const OLDEST = 3_600;
const KEPT = 300;

it('distinguishes evictions by age from evictions by idleness', { timeout: 120_000 }, () => {
  const random = seededRandom(5);
  const uses: Use[] = [];
  const whyOf = new Map<string, { why: string; atMs: number }>();
  let at = 0;
  for (let sandbox = 0; sandbox < 60; sandbox += 1) {
    const key = `s${sandbox}`;
    const born = at;
    uses.push(use(key, at, { cold: true, initMs: 300, ordinal: 1 }));
    for (let ordinal = 2; ; ordinal += 1) {
      const before = at + 0.1;
      // Every second one is left alone before it is old.
      const isLeft = sandbox % 2 === 1 && at - born > 600;
      at += isLeft ? 500 : 5 + 20 * random.uniform();
      const isOld = at >= born + OLDEST;
      if (isLeft || isOld) {
        const goneAt = isLeft ? before + KEPT : Math.max(before, born + OLDEST);
        whyOf.set(key, { why: isLeft ? 'idle' : 'age', atMs: ORIGIN_MS + 1e3 * goneAt });
        break;
      }
      uses.push(use(key, at, { ordinal }));
    }
  }
  const { sandboxes } = judgedAt(at + 3_600, uses);
  // The only evidence about the last one is silence.
  const told = sandboxes.filter(({ key }) => key !== 's59');
  expect(told.map(({ key, cause }) => [key, cause])).toEqual(
    told.map(({ key }) => [key, whyOf.get(key)!.why]),
  );
  const held = told.filter(({ key, evicted }) => {
    const { atMs } = whyOf.get(key)!;
    return evicted!.lowerMs <= atMs && atMs <= evicted!.upperMs + 1;
  });
  expect(held.length / told.length).toBeGreaterThan(0.95);
});
