import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../statistics/index.ts';
import type { Use } from '../evidence/index.ts';
import { judgedAt, use } from './test-uses.ts';

/** Seconds that a platform keeps an idle sandbox. */
const KEPT = 2.5;
const ROUNDS = 6;
const ROUND_SECONDS = 8;

/**
 * A slow machine: four calls at once, and four again when all are answered. In some rounds the sandbox that answered
 * last is not free yet, so a fifth one is started.
 *
 * @param every a fifth call in every n-th round
 * @returns calls, and when each sandbox dies, in seconds
 */
function slowBursts(every: number): { uses: Use[]; goneAt: Map<string, number> } {
  const random = seededRandom(1);
  const uses: Use[] = [];
  const goneAt = new Map<string, number>();
  let started = 0;
  const call = (sandbox: string, at: number, more: Partial<Use>): void => {
    const lastsMs = 60 + 40 * random.uniform();
    uses.push(use(sandbox, at, { ...more, lastsMs }));
    goneAt.set(sandbox, at + lastsMs / 1e3 + KEPT + 0.03);
  };
  const start = (at: number): string => {
    started += 1;
    const sandbox = `s${started}`;
    const initMs = 1_250 + 150 * random.uniform();
    // The platform decides before any process exists that could report it.
    call(sandbox, at + 0.2 + initMs / 1e3, { cold: true, ordinal: 1, initMs });
    return sandbox;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const own = [0, 1, 2, 3].map(() => start(ROUND_SECONDS * round + 0.1 * random.uniform()));
    own.sort((a, b) => goneAt.get(a)! - goneAt.get(b)!);
    const second = goneAt.get(own[3]!)! - KEPT + 0.4;
    if (round % every === 0) {
      own.pop();
      start(second);
    }
    for (const sandbox of own) {
      call(sandbox, second + 0.15 * random.uniform(), { ordinal: 2, exportMs: 60 + 60 * random.uniform() });
    }
  }
  return { uses, goneAt };
}

describe('a start that was decided while a sandbox may not have been free', () => {
  it.each([1, 2, 6])('passes nothing over, in every round of %d', (every) => {
    const { uses, goneAt } = slowBursts(every);
    const until = ROUND_SECONDS * ROUNDS - 1;
    const { sandboxes } = judgedAt(until, uses);
    const told = sandboxes.filter(({ evicted, key }) => evicted && goneAt.get(key)! < until);
    expect(told.length).toBeGreaterThan(20);
    const early = told.filter(({ evicted, lastEndMs }) => evicted!.upperMs - lastEndMs < 1e3 * KEPT);
    expect(early.map(({ key }) => key)).toEqual([]);
  });
});
