import { describe, expect, it } from 'vitest';
import { merge, summarise } from '../evidence/index.ts';
import type { Goodbye, Use } from '../evidence/index.ts';
import { seededRandom } from '../../statistics/index.ts';
import { judge } from './index.ts';
import type { SandboxFate } from './index.ts';
import { judgedAt, ORIGIN_MS, use } from './test-uses.ts';

const fateOf = (fates: readonly SandboxFate[], key: string): SandboxFate => {
  const fate = fates.find((own) => own.key === key);
  if (!fate) throw new Error(`no fate of ${key}`);
  return fate;
};

/** Sandboxes that are used now and then, each until it is idle for ten minutes; a new one starts when none is left. */
function tenMinutes(count: number): Use[] {
  const random = seededRandom(7);
  const uses: Use[] = [];
  let at = 0;
  for (let sandbox = 0; sandbox < count; sandbox += 1) {
    uses.push(use(`s${sandbox}`, at, { cold: true, initMs: 300, ordinal: 1 }));
    for (let ordinal = 2; ; ordinal += 1) {
      const gap = -450 * Math.log1p(-random.uniform());
      at += gap;
      if (gap > 600) break;
      uses.push(use(`s${sandbox}`, at, { ordinal }));
    }
  }
  return uses;
}

describe('judge', () => {
  it('concludes nothing without calls', () => {
    expect(judge(summarise({ uses: [] }), ORIGIN_MS)).toBeUndefined();
    expect(judge(summarise({ uses: [use('a', 10)] }), ORIGIN_MS)).toBeUndefined();
  });

  it('is the same whatever the order and the slots, and counts nothing that came later', () => {
    const uses = tenMinutes(40);
    const end = uses.at(-1)!.endMs;
    const slots = new Map<number, Use[]>();
    for (const own of uses.toReversed()) {
      const slot = Math.floor(own.startMs / 600_000);
      slots.set(slot, [...(slots.get(slot) ?? []), own]);
    }
    const whole = summarise({ uses });
    const cut = merge([...slots.values()].reverse().map((own) => summarise({ uses: own })));
    const middle = (uses[0]!.startMs + end) / 2;
    const early = summarise({ uses: uses.filter(({ startMs }) => startMs <= middle) });
    expect(judge(cut, end)).toEqual(judge(whole, end));
    expect(judge(whole, middle)).toEqual(judge(early, middle));
  });

  it('learns how long sandboxes are kept, and holds none evicted that was used again', () => {
    const uses = tenMinutes(60);
    const end = uses.at(-1)!.endMs;
    const { keepAlive, sandboxes, alive } = judge(summarise({ uses }), end + 30_000)!;
    expect(keepAlive.valueMs! / 600_000).toBeGreaterThan(0.95);
    expect(keepAlive.valueMs! / 600_000).toBeLessThan(1.05);
    expect(sandboxes.filter(({ state }) => state === 'evicted')).toHaveLength(59);
    expect(alive).toMatchObject({ value: expect.closeTo(1, 1) as number });
    for (const { evicted, lastEndMs, state } of sandboxes) {
      const idleMs = (evicted?.lowerMs ?? Infinity) - lastEndMs;
      expect(state === 'alive' || idleMs > 500_000).toBe(true);
    }
  });

  it('decides nothing by silence and one weak sign', () => {
    const warm = [2, 3, 4, 5, 6, 7, 10, 11].map((at, index) => use('ABBAABAB'[index]!, at));
    const uses = [
      use('A', 0, { cold: true, lastsMs: 200 }),
      use('B', 0.1, { cold: true, lastsMs: 200 }),
      ...warm,
    ];
    expect(fateOf(judgedAt(20, uses).sandboxes, 'A').state).not.toBe('evicted');
    const { evicted } = fateOf(judgedAt(10_800, uses).sandboxes, 'A');
    // By the prior keep-alive time, never by the sibling's call at 11 s.
    expect(evicted === undefined || evicted.upperMs > ORIGIN_MS + 600_000).toBe(true);
  });

  it('learns nothing from silence after weak signs, however many sandboxes get one', () => {
    const random = seededRandom(3);
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const uses = [
      ...names.map((name, index) => use(name, index / 200, { cold: true, lastsMs: 400 })),
      ...Array.from({ length: 600 }, (_, turn) => use(names[random.below(12)]!, 2 + turn)),
    ];
    for (const seconds of [630, 7_200, 86_400]) {
      const { sandboxes, keepAlive } = judgedAt(seconds, uses);
      expect(sandboxes.filter(({ ground }) => ground !== 'prior')).toEqual([]);
      expect(keepAlive.family).toBe('not-identified');
    }
  });

  it('learns about the one sandbox that was passed over, and nothing more about the others', () => {
    const uses = [
      ...Array.from({ length: 20 }, (_, turn) => use('A', 60 * turn, { cold: turn === 0 })),
      use('B', 1_300, { cold: true }),
      ...Array.from({ length: 10 }, (_, turn) => use('B', 1_310 + 100 * turn)),
    ];
    const { sandboxes } = judgedAt(86_400, uses);
    expect(fateOf(sandboxes, 'A')).toMatchObject({ state: 'evicted', ground: 'passed-over' });
    expect(fateOf(sandboxes, 'B').ground).toBe('prior');
  });

  it('takes no order from equal timestamps', () => {
    const random = seededRandom(5);
    const stack = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const uses = stack.map((name, index) => use(name, index / 200, { cold: true, lastsMs: 400 }));
    for (let turn = 0; turn < 300; turn += 1) {
      // Those used last, in a burst of calls that begin and end together.
      const taken = stack.splice(-1 - random.below(3));
      for (const name of taken) uses.push(use(name, 2 + turn));
      stack.push(...taken);
    }
    const { sandboxes, pickOrder } = judgedAt(305, uses);
    expect(sandboxes.filter(({ state }) => state === 'evicted')).toEqual([]);
    expect(pickOrder.mostRecent?.share).toBe(1);
  });

  it.each([
    ['timeout', 'time-out'],
    ['TIMEOUT', 'time-out'],
    ['timed-out', 'time-out'],
    ['failure', 'crash'],
    ['crash', 'crash'],
    ['OOMKilled', 'crash'],
    ['uncaughtException', 'crash'],
    ['SIGSEGV', 'crash'],
    ['deploy', 'deploy'],
    ['SIGTERM', 'idle'],
    ['spindown', 'idle'],
    ['', 'idle'],
  ])('takes a goodbye with the reason "%s" for one of %s', (reason, cause) => {
    const uses = [use('a', 0, { cold: true }), use('b', 5, { cold: true }), use('b', 700)];
    const { sandboxes } = judgedAt(900, uses, [{ sandbox: 'a', timeMs: ORIGIN_MS + 2_000, reason }]);
    expect(fateOf(sandboxes, 'a')).toMatchObject({ state: 'evicted', ground: 'goodbye', cause });
  });

  it('does not hold goodbyes of a deploy against the sandboxes of the new version', () => {
    const uses: Use[] = [];
    const goodbyes: Goodbye[] = [];
    for (let old = 0; old < 20; old += 1) {
      for (let turn = 0; turn < 3; turn += 1) {
        uses.push(use(`v1-${old}`, turn + old / 1e3, { cold: turn === 0, lastsMs: 300 }));
      }
      goodbyes.push({ sandbox: `v1-${old}`, timeMs: ORIGIN_MS + 4_300 + old, reason: 'sigterm' });
    }
    for (const [sandbox, at] of [
      ['A', 10],
      ['B', 10.05],
      ['B', 12],
      ['A', 13],
      ['A', 14],
      ['B', 15],
      ['B', 16],
      ['A', 17],
      ['A', 18],
      ['B', 18.5],
      ['B', 19.5],
    ] as const) {
      uses.push(use(`v2-${sandbox}`, at, { cold: at < 11, version: '2' }));
    }
    const { sandboxes } = judgedAt(28, uses, goodbyes);
    expect(fateOf(sandboxes, 'v2-A').state).not.toBe('evicted');
    expect(fateOf(sandboxes, 'v1-3')).toMatchObject({ state: 'evicted', ground: 'goodbye', cause: 'deploy' });
  });

  it('treats a first ordinal as a birth if no cold start is reported', () => {
    const uses = Array.from({ length: 40 }, (_, index) =>
      [1, 2].map((ordinal) => {
        const { cold: _cold, ...own } = use(`n${index}`, 60 * index + ordinal / 2, { ordinal });
        return own;
      }),
    ).flat();
    const { sandboxes, alive } = judgedAt(2_400, uses);
    expect(sandboxes.every(({ isBorn }) => isBorn)).toBe(true);
    expect(sandboxes.filter(({ state }) => state === 'evicted').length).toBeGreaterThan(34);
    expect('high' in alive && alive.high < 8).toBe(true);
  });

  it('tells clones apart by the environment, and by ordinals that come twice', () => {
    const clones = (named: boolean): Use[] =>
      [1, 2, 3, 4, 5].flatMap((ordinal) =>
        ['c1', 'c2'].map((instance, at) =>
          use('cloned', 10 * ordinal + at / 10, {
            ordinal,
            process: '7',
            lastsMs: 500,
            cold: ordinal === 1,
            ...(named && { instance }),
          }),
        ),
      );
    for (const named of [true, false]) {
      const { sandboxes, concurrency, loss } = judgedAt(3_600, clones(named));
      expect(sandboxes).toHaveLength(2);
      expect(sandboxes.every(({ isClone, uses }) => isClone && uses === 5)).toBe(true);
      expect(concurrency.model).not.toBe('one-to-many');
      expect(loss.lost).toBe(0);
    }
  });

  it('treats a restart as the same sandbox, and a cold start of its process not as a birth', () => {
    const uses = [
      use('one', 0, { instance: 'i', process: '1', ordinal: 1, cold: true }),
      use('one', 10, { instance: 'i', process: '1', ordinal: 2, outcome: 'time-out' }),
      use('two', 20, { instance: 'i', process: '2', ordinal: 1, cold: true }),
    ];
    const { sandboxes } = judgedAt(30, uses);
    expect(sandboxes).toMatchObject([{ key: 'i', ids: ['one', 'two'], restarts: 1, uses: 3, lost: 0 }]);
  });

  it('corrects a clock that was set, and ignores the overlap', () => {
    const bootTimeMs = ORIGIN_MS - 1e6;
    const uses = [
      use('a', 100, { ordinal: 1, cold: true, bootTimeMs, lastsMs: 5_000 }),
      use('a', 110, { ordinal: 2, bootTimeMs }),
      // Ten seconds later, by a clock that was set back by a minute.
      use('a', 60, { ordinal: 3, bootTimeMs: bootTimeMs - 60_000 }),
      use('a', 130, { ordinal: 4, bootTimeMs }),
    ];
    const { sandboxes, concurrency } = judgedAt(200, uses);
    expect(sandboxes).toMatchObject([{ uses: 4, lost: 0 }]);
    expect(sandboxes[0]!.clockSteps).toBeGreaterThan(0);
    expect(concurrency.overlapsInSandbox).toBe(0);
  });

  it('lets a goodbye be withdrawn', () => {
    const uses = [
      use('a', 0, { cold: true, ordinal: 1 }),
      use('a', 20, { ordinal: 2, withdrawsGoodbye: true }),
    ];
    const goodbye = { sandbox: 'a', timeMs: ORIGIN_MS + 10_000, reason: 'sigterm', lastOrdinal: 1 };
    expect(judgedAt(15, uses, [goodbye]).sandboxes[0]).toMatchObject({ state: 'evicted', ground: 'goodbye' });
    expect(judgedAt(25, uses, [goodbye]).sandboxes[0]!.state).not.toBe('evicted');
  });

  it('recognises a time-out, and counts lost calls from a goodbye', () => {
    const uses = [use('a', 0, { cold: true, ordinal: 1 })];
    const { sandboxes, loss } = judgedAt(60, uses, [
      { sandbox: 'a', timeMs: ORIGIN_MS + 10_000, reason: 'timeout', lastOrdinal: 3 },
    ]);
    expect(sandboxes[0]).toMatchObject({ cause: 'time-out', reason: 'timeout', lost: 2 });
    expect(loss).toMatchObject({ lost: 2, share: { n: 2, value: 1 } });
  });

  it('does not take a spread over a large pool for one-to-one', () => {
    const uses = Array.from({ length: 32 }, (_, call) => {
      const turn = Math.floor(call / 2);
      return use(`r${call % 3}`, 5 * turn + (call % 2) / 50, { cold: call < 3, lastsMs: 200 });
    });
    expect(judgedAt(3_600, uses).concurrency.model).toBe('unknown');
  });

  it('terminates if sandboxes are evicted as soon as they are free', () => {
    const uses = Array.from({ length: 8 }, (_, call) =>
      use(`s${call}`, 7 * call, { cold: true, initMs: 200 }),
    );
    expect(judgedAt(100, uses).sandboxes).toHaveLength(8);
  });

  describe('goodbyes of nearly all sandboxes at once', () => {
    /** Thirty sandboxes, the lower ones used more often; the calls stop after 20 minutes. */
    const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
    const busy = (seed: number): Use[] => {
      const random = seededRandom(seed);
      return [
        ...names.map((name, index) => use(name, index / 100, { cold: true, lastsMs: 400 })),
        ...Array.from({ length: 1_190 }, (_, turn) =>
          use(names[Math.floor(30 * random.uniform() ** 3)]!, 10 + turn),
        ),
      ];
    };
    const sigterm = (sandbox: string, seconds: number): Goodbye => ({
      sandbox,
      timeMs: ORIGIN_MS + 1e3 * seconds,
      reason: 'sigterm',
    });

    it('are a deploy, whatever the version says, and no ends by idleness', () => {
      for (const seed of [1, 2, 3]) {
        const uses = [...busy(seed), use('new', 1_203, { cold: true }), use('new', 1_230)];
        const goodbyes = names.map((name, index) => sigterm(name, 1_200.5 + index / 10));
        const { sandboxes, keepAlive, births } = judgedAt(1_240, uses, goodbyes);
        expect(new Set(names.map((name) => fateOf(sandboxes, name).cause))).toEqual(new Set(['deploy']));
        expect(keepAlive.expectedDeaths).toBeLessThan(1);
        expect(keepAlive).not.toHaveProperty('valueMs');
        expect(births.at(-1)).toMatchObject({ key: 'new', cause: 'deploy' });
      }
    });

    it('are a deploy, too, if they come one after another while calls go on', () => {
      // Each is replaced as soon as it is stopped.
      const rolled = (apart: number): { uses: Use[]; goodbyes: Goodbye[] } => {
        const random = seededRandom(7);
        const turns = Math.ceil(30 * apart) + 300;
        const nameAt = (turn: number, index: number): string =>
          turn > apart * index ? `new ${index}` : names[index]!;
        const uses = Array.from({ length: turns }, (_, turn) => [
          use(nameAt(turn, Math.floor(30 * random.uniform())), 1_200 + turn),
          use(nameAt(turn, Math.floor(30 * random.uniform())), 1_200.5 + turn),
        ]).flat();
        return {
          uses: [...busy(1), ...uses],
          goodbyes: names.map((name, index) => sigterm(name, 1_200.7 + Math.floor(apart * index))),
        };
      };
      for (const apart of [3, 20]) {
        const { uses, goodbyes } = rolled(apart);
        const { sandboxes } = judgedAt(1_490 + 30 * apart, uses, goodbyes);
        const causes = names.map((name) => fateOf(sandboxes, name).cause);
        expect(causes.filter((cause) => cause === 'deploy').length).toBeGreaterThan(26);
      }
    });

    it('are by idleness where those just used survive, or none was just used', () => {
      const causes = (uses: readonly Use[], goodbyes: readonly Goodbye[]): Set<string | undefined> =>
        new Set(
          judgedAt(1_400, uses, goodbyes)
            .sandboxes.filter(({ ground }) => ground === 'goodbye')
            .map(({ cause }) => cause),
        );
      const uses = busy(1);
      // Half of them go at once; the others are used again.
      const half = names.filter((_, index) => index % 2 === 1);
      const others = names
        .filter((_, index) => index % 2 === 0)
        .map((name, index) => use(name, 1_210 + index));
      const goodbyes = half.map((name, index) => sigterm(name, 1_200.5 + index / 10));
      expect(causes([...uses, ...others], goodbyes)).toEqual(new Set(['idle']));
      // Nothing was called for a minute: scaled to zero.
      const toZero = names.map((name, index) => sigterm(name, 1_262 + index / 10));
      expect(causes(uses, toZero)).toEqual(new Set(['idle']));
    });
  });

  it('names no law from ends at once and one sandbox that lived on', () => {
    for (const [gapSeconds, times] of [
      [300, 3],
      [300, 30],
      [60, 100],
    ] as const) {
      const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
      const uses = [
        ...names.map((name, index) => use(name, index / 100, { cold: true })),
        use('lives', 0.305, { cold: true }),
        ...Array.from({ length: times }, (_, turn) => use('lives', 0.305 + gapSeconds * (turn + 1))),
      ];
      const goodbyes = uses
        .slice(0, 30)
        .map(({ sandbox, endMs }): Goodbye => ({ sandbox, timeMs: endMs + 100, reason: 'sigterm' }));
      const { keepAlive } = judgedAt(gapSeconds * times + 200, uses, goodbyes);
      expect(keepAlive.family).toBe('not-identified');
      expect(keepAlive).not.toHaveProperty('valueMs');
    }
    // Ends near the keep-alive time still show a law.
    const uses = tenMinutes(60);
    expect(judge(summarise({ uses }), uses.at(-1)!.endMs)!.keepAlive.family).not.toBe('not-identified');
  });
});
