import { expect, it } from 'vitest';
import { summarise } from '../evidence/index.ts';
import type { Use } from '../evidence/index.ts';
import { judge } from '../judge/index.ts';
import { seededRandom } from '../../statistics/index.ts';
import { judgeAside } from './judge-aside.ts';

const ORIGIN_MS = Date.UTC(2026, 0, 5);

/** This many sandboxes, each used three times. */
function historyOf(sandboxes: number) {
  const random = seededRandom(5);
  const uses = Array.from({ length: sandboxes }, (_, sandbox) =>
    [0, 1, 2].map((turn): Use => {
      const startMs = ORIGIN_MS + 10_000 * sandbox + 60_000 * (turn + random.uniform());
      return {
        sandbox: `s${sandbox}`,
        startMs,
        endMs: startMs + 500,
        ordinal: turn + 1,
        cold: turn === 0,
      };
    }),
  ).flat();
  return summarise({ uses });
}

it.each([50, 1_050])(
  'says of %d sandboxes what judging at once says, and leaves the event loop to others',
  async (sandboxes) => {
    const history = historyOf(sandboxes);
    const untilMs = ORIGIN_MS + 20_000_000;
    const before = performance.eventLoopUtilization();
    const aside = await judgeAside(history, untilMs);
    // In this thread it would be 1.
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
    expect(aside).toEqual(judge(history, untilMs));
    expect(aside?.sandboxes).toHaveLength(sandboxes);
  },
);

it('judges several one after the other, and fails where judging does', async () => {
  const broken = { ...historyOf(1_050), goodbyes: undefined } as unknown as ReturnType<typeof historyOf>;
  const [first, second] = await Promise.allSettled([
    judgeAside(broken, ORIGIN_MS + 20_000_000),
    judgeAside(historyOf(1_050), ORIGIN_MS + 20_000_000),
  ]);
  expect(first.status).toBe('rejected');
  expect(second).toMatchObject({ status: 'fulfilled', value: { uses: 3_150 } });
});
