import { describe, expect, test } from 'vitest';
import { adviceOf } from './advice.ts';
import type { FunctionsAnswer } from './score.ts';
import { summaryLines } from './summary.ts';

const counts = { invocations: 100, cold: 10, sandboxes: 10, evicted: 8, hosts: 3, hops: 5 };
const ANSWER: FunctionsAnswer = {
  functions: [
    { ...counts, function: 'add', alive: 2, coldStart: { costMs: 150 } },
    { ...counts, function: 'new', alive: 2, coldStart: { costMs: 90 } },
  ],
  total: { ...counts, alive: 4, lostSpans: 0, hostConfidence: 'kernel' },
};

describe('the terminal', () => {
  test('shows what a cold start costs, its main cause, and what would keep the function warm', () => {
    const advice = adviceOf(
      {
        functions: [
          {
            function: 'add',
            phases: { totalMs: { value: 212.4 } },
            mainCause: 'idle',
            ledger: [
              { cause: 'idle', share: { value: 0.8 } },
              { cause: 'first', share: { value: 0.2 } },
            ],
          },
          { function: 'new', phases: { totalMs: {} }, ledger: [] },
        ],
      },
      {
        functions: [
          { function: 'add', pingIntervalMs: 4_000, concurrentPings: 1, missing: [] },
          {
            function: 'new',
            missing: [{ what: 'ends by idleness, for the interval of pings', n: 3, needed: 10 }],
          },
        ],
      },
    );
    const lines = summaryLines(ANSWER, 60, 'http://127.0.0.1:4318/', advice).map((line) => line.trim());
    expect(lines).toContain('a cold start costs 212 ms; main cause: idle too long (80.0 % of them)');
    expect(lines).toContain('kept warm by 1 ping every 4.0 s');
    expect(lines).toContain('a cold start costs 90 ms');
    expect(lines).toContain('what keeps it warm: not enough data yet (3 of 10 ends by idleness)');
  });

  test('shows the summary alone until there is more data', () => {
    expect(summaryLines(ANSWER, 1, '').some((line) => line.includes('a cold start costs 150 ms'))).toBe(true);
  });
});
