import { describe, expect, it } from 'vitest';
import type { Use } from '../evidence/index.ts';
import { seededRandom } from '../../statistics/index.ts';
import { COLD_CAUSES } from './index.ts';
import type { Birth } from './index.ts';
import { recyclingOf } from './recycling.ts';
import { judgedAt, use } from './test-uses.ts';

const causesOf = (births: readonly Birth[]): Record<string, string> =>
  Object.fromEntries(births.map(({ key, cause }) => [key, cause]));

/** Sandboxes used every minute for a while, each then left to idle for an hour. */
function kept(count: number, from = 0): Use[] {
  return Array.from({ length: count }, (_, index) =>
    [0, 60, 120, 180, 240].map((at) =>
      use(`old${index}`, from + 3_900 * index + at, { cold: at === 0, initMs: 300 }),
    ),
  ).flat();
}

describe('why a sandbox was started', () => {
  it('has probabilities that sum to 1', () => {
    for (const { causes } of judgedAt(40_000, kept(10)).births) {
      expect(causes).toHaveLength(COLD_CAUSES.length);
      expect(causes.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });

  it('first, then idleness, then more at once than ever before', () => {
    const end = 3_900 * 10;
    const burst = [0, 1, 2].map((index) =>
      use(`new${index}`, end + 0.01 * index, { cold: true, initMs: 300, lastsMs: 3_000 }),
    );
    const { births } = judgedAt(end + 600, [...kept(10), ...burst]);
    const causes = causesOf(births);
    expect(causes['old0']).toBe('first');
    expect(causes['old5']).toBe('idle');
    // There had never been two at once before.
    expect([causes['new0'], causes['new1'], causes['new2']]).toEqual(['idle', 'scale-out', 'scale-out']);
    expect(births.find(({ key }) => key === 'old5')!.idleMs).toBeCloseTo(3_900_000 - 240_400, -3);
  });

  it('a deploy, for as many as were there', () => {
    const at = 3_900 * 10;
    const uses = [
      ...kept(10),
      use('a', at, { cold: true, initMs: 300, lastsMs: 2_000 }),
      use('b', at + 0.5, { cold: true, initMs: 300, lastsMs: 2_000 }),
      ...['c', 'd', 'e'].map((key, index) =>
        use(key, at + 20 + index / 10, { cold: true, initMs: 200, lastsMs: 2_000, version: '2' }),
      ),
    ];
    const causes = causesOf(judgedAt(at + 60, uses).births);
    expect([causes['c'], causes['d']]).toEqual(['deploy', 'deploy']);
    expect(causes['e']).not.toBe('deploy');
  });

  it('a deploy, where a version comes back and where two share the calls', () => {
    const stint = (key: string, version: string, from: number): Use[] =>
      Array.from({ length: 60 }, (_, call) =>
        use(key, from + 30 * call, { cold: call === 0, initMs: 300, version }),
      );
    const rollback = ['1', '2', '1', '3', '2'].flatMap((version, index) =>
      stint(`s${index}`, version, 1_800 * index),
    );
    const causes = causesOf(judgedAt(10_000, rollback).births);
    expect(['s0', 's1', 's2', 's3', 's4'].map((key) => causes[key])).toEqual([
      'first',
      'deploy',
      'deploy',
      'deploy',
      'deploy',
    ]);
    const canary = Array.from({ length: 400 }, (_, call) =>
      call % 20 === 19
        ? use('new', 30 * call, { cold: call === 19, initMs: 300, version: '2' })
        : use('old', 30 * call, { cold: call === 0, initMs: 300, version: '1' }),
    );
    expect(causesOf(judgedAt(12_100, canary).births)).toEqual({ old: 'first', new: 'deploy' });
  });

  it('idleness, while the memory size changes back and forth', () => {
    const uses = Array.from({ length: 40 }, (_, index) =>
      [0, 60, 120, 180, 240].map((at) =>
        use(`s${index}`, 3_900 * index + at, {
          cold: at === 0,
          initMs: 300,
          version: index % 4 < 2 ? '512' : '1024',
        }),
      ),
    ).flat();
    const { births } = judgedAt(160_000, uses);
    expect(births.slice(1).every(({ cause }) => cause === 'idle')).toBe(true);
  });

  it('a time-out or a crash that ended the sandbox', () => {
    for (const outcome of ['time-out', 'crash'] as const) {
      const uses: Use[] = [];
      for (let index = 0; index < 30; index += 1) {
        const at = 30 * index;
        uses.push(use(`s${index}`, at, { cold: true, initMs: 300 }));
        uses.push(use(`s${index}`, at + 10, {}), use(`s${index}`, at + 20, { outcome }));
      }
      const causes = causesOf(judgedAt(900, uses).births);
      expect(causes['s20']).toBe(outcome);
    }
  });

  /** Sandboxes used for a while at intervals of ten seconds, each replaced ten seconds after its last call. */
  const replaced = (
    count: number,
    callsEach: number,
    more: (sandbox: number, call: number) => object,
  ): Use[] =>
    Array.from({ length: count * callsEach }, (_, index) => {
      const [sandbox, call] = [Math.floor(index / callsEach), index % callsEach];
      return use(`s${sandbox}`, 10 * index, { cold: call === 0, initMs: 300, ...more(sandbox, call) });
    });
  const LAST = 7;

  it('a call that only tells that it failed, if sandboxes go with such calls', () => {
    const failing = (lastsMs: (sandbox: number) => number) => (sandbox: number, call: number) =>
      call === LAST ? { outcome: 'failure' as const, lastsMs: lastsMs(sandbox) } : {};
    for (const [cause, lastsMs] of [
      ['crash', () => 100],
      ['crash', (sandbox: number) => 1_000 + 150 * sandbox],
      ['time-out', (sandbox: number) => 3_000 + sandbox],
    ] as const) {
      const uses = replaced(20, LAST + 1, failing(lastsMs));
      const { births, sandboxes } = judgedAt(10 * uses.length - 5, uses);
      const named = births.slice(1).filter((birth) => birth.cause === cause);
      expect(named.length).toBeGreaterThan(17);
      expect(sandboxes.find(({ key }) => key === 's10')).toMatchObject({
        state: 'evicted',
        cause,
        ground: 'broken-call',
      });
    }
  });

  it('a call that only tells that it failed, at least as one possibility, if it is the only one', () => {
    const uses = [
      ...kept(10),
      ...[0, 10, 20, 30].map((at) =>
        use('a', 40_000 + at, { cold: at === 0, initMs: 300, ...(at === 30 && { outcome: 'failure' }) }),
      ),
      use('b', 40_040, { cold: true, initMs: 300 }),
    ];
    const { causes } = judgedAt(40_060, uses).births.find(({ key }) => key === 'b')!;
    expect(causes[COLD_CAUSES.indexOf('crash')]).toBeGreaterThan(0.5);
  });

  it('idleness, if sandboxes survive failed calls', () => {
    const random = seededRandom(3);
    const uses = kept(40).map((one) =>
      random.uniform() < 0.4 ? Object.assign({}, one, { outcome: 'failure' as const }) : one,
    );
    const { births, sandboxes } = judgedAt(3_900 * 40, uses);
    expect(births.slice(1).filter(({ cause }) => cause === 'idle')).toHaveLength(39);
    expect(new Set(sandboxes.map(({ cause }) => cause))).toEqual(new Set(['idle']));
  });

  it('idleness, if every call fails and no sandbox serves a second one', () => {
    const uses = Array.from({ length: 30 }, (_, index) =>
      use(`s${index}`, 7_200 * index, { cold: true, initMs: 300, outcome: 'failure' }),
    );
    const { births } = judgedAt(7_200 * 30, uses);
    expect(births.slice(1).every(({ cause }) => cause === 'idle')).toBe(true);
  });

  it('another sandbox that was idle and was not taken', () => {
    const uses = [
      ...kept(10),
      use('a', 40_000, { cold: true, initMs: 300 }),
      use('b', 40_010, { cold: true, initMs: 300 }),
      use('a', 40_020),
    ];
    expect(causesOf(judgedAt(40_100, uses).births)['b']).toBe('not-reused');
  });
});

describe('the rate at which sandboxes go by age', () => {
  it('is absent if losses occur at any age', () => {
    const losses = Array.from({ length: 50 }, (_, index) => ({ ageMs: 1_000 * (index + 1) }));
    const lived = Array.from({ length: 500 }, (_, index) => 100 * (index + 1));
    expect(recyclingOf(losses, lived)).toBeUndefined();
    expect(recyclingOf([], [])).toBeUndefined();
  });

  it('is that of old sandboxes if only these are lost', () => {
    const losses = Array.from({ length: 40 }, (_, index) => ({ ageMs: 7_200_000 + 1_000 * index }));
    const lived = Array.from({ length: 40 }, () => 7_190_000);
    const { fromAgeMs, rate } = recyclingOf(losses, lived)!;
    expect(fromAgeMs).toBeGreaterThan(7_000_000);
    expect(fromAgeMs).toBeLessThanOrEqual(7_200_000);
    expect(rate * 600_000).toBeGreaterThan(1);
  });
});
