import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Random } from '../../../statistics/index.ts';
import { judgeGaps, judgeKinds, judgeSockets, testFreeze, testLoad } from './judge.ts';
import type { IoSlot } from './operations.ts';
import { GAPS_MS } from './requests.ts';
import type { RequestGroup } from './requests.ts';

const DEPLOYMENT = { function: 'f', version: '', account_id: '', region: '', platform: '' };

/** Requests of sandboxes after each idle time, some of which fail. */
function requests(random: Random, broken: (gap: number, environment: number) => number): RequestGroup[] {
  return Array.from({ length: 12 }, (_, environment) =>
    GAPS_MS.map((__, gap): RequestGroup => {
      const n = 5 + random.below(20);
      const chance = broken(gap, environment);
      const failed = Array.from({ length: n }, () => Number(random.uniform() < chance)).reduce(
        (a, b) => a + b,
        0,
      );
      return {
        ...DEPLOYMENT,
        environment: `s${environment}`,
        isReused: true,
        gap,
        n,
        broken: failed,
        answered: n - failed,
        firstByteMs: (n - failed) * 20,
        errors: failed > 0 ? ['ECONNRESET'] : [],
      };
    }),
  ).flat();
}

describe('what a freeze broke', () => {
  test('is found where reused sockets break after long idle times', () => {
    const groups = requests(seededRandom(61), (gap) => (GAPS_MS[gap]! >= 300_000 ? 0.4 : 0));
    expect(testFreeze(groups)!.p).toBeLessThan(1e-3);
    const gaps = judgeGaps(groups);
    expect(gaps).toHaveLength(GAPS_MS.length);
    expect(gaps[0]).toMatchObject({ fromMs: 0, toMs: 1_000, broken: { value: 0 }, errors: [] });
    expect(gaps.at(-1)).toMatchObject({ fromMs: 900_000, errors: ['ECONNRESET'] });
    expect(gaps.at(-1)!.broken.low).toBeGreaterThan(0.2);
    expect(gaps.at(-1)!.broken.high).toBeLessThan(0.6);
  });

  test('is nothing, in nineteen of twenty, where sockets break at any time, in some sandboxes more', () => {
    const random = seededRandom(62);
    let alarms = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const bad = Array.from({ length: 12 }, () => 0.2 * random.uniform());
      if (testFreeze(requests(random, (_, environment) => bad[environment]!))!.p <= 0.05) alarms += 1;
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.06);
  });

  test('is not told without idle times of both kinds, and nothing where no socket broke', () => {
    const groups = requests(seededRandom(63), () => 0);
    expect(testFreeze(groups)).toMatchObject({ p: 1 });
    expect(testFreeze(groups.filter(({ gap }) => gap === 0))).toBeUndefined();
  });
});

test('new and reused sockets are told apart', () => {
  const groups = requests(seededRandom(64), () => 0);
  const fresh = groups.map((group) =>
    Object.assign({}, group, { isReused: false, firstByteMs: group.n * 80 }),
  );
  expect(judgeSockets([...groups, ...fresh])).toMatchObject([
    { reused: false, firstByteMs: { value: 80 } },
    { reused: true, firstByteMs: { value: 20 } },
  ]);
});

/** Slots with a tenth of a millisecond of noise, slowed down by each busy neighbour. */
function slots(random: Random, perNeighbour: number): { slots: IoSlot[]; neighbours: Map<string, number> } {
  const neighbours = new Map<string, number>();
  const made = Array.from({ length: 6 * 36 }, (_, at): IoSlot => {
    const [environment, slot] = [`s${at % 6}`, 12_000 + Math.floor(at / 6)];
    const busy = 3 * random.uniform();
    neighbours.set(`${environment} ${slot}`, busy);
    const mean = 10 + (at % 6) + 0.1 * random.normal() + perNeighbour * busy;
    return {
      ...DEPLOYMENT,
      memoryMb: 512,
      environment,
      slot,
      calls: 10,
      busyMs: 1_000,
      tallies: new Map([['http', { count: 20, ms: 20 * mean }]]),
    };
  });
  return { slots: made, neighbours };
}

describe('operations', () => {
  test('are told by memory with an interval over sandboxes', () => {
    const { slots: own } = slots(seededRandom(65), 0);
    const [http, ...others] = judgeKinds(own);
    expect(others).toEqual([]);
    expect(http).toMatchObject({ memoryMb: 512, kind: 'http', operations: 4_320, perCall: 2 });
    expect(http!.meanMs.value).toBeCloseTo(12.5, 1);
    // Sandboxes differ by 5 ms: operations of only six sandboxes are weak evidence, however many they are.
    expect(http!.meanMs.low).toBeLessThan(11);
    expect(http!.meanMs.high).toBeGreaterThan(14);
  });

  test('that take longer beside busy neighbours are found', () => {
    const random = seededRandom(66);
    const slowed = slots(random, 0.5);
    expect(testLoad(slowed.slots, slowed.neighbours)).toMatchObject([{ kind: 'http', n: 216 }]);
    expect(testLoad(slowed.slots, slowed.neighbours)[0]!.p).toBeLessThan(1e-3);
    const alone = slots(random, 0);
    expect(testLoad(alone.slots, alone.neighbours)[0]!.p).toBeGreaterThan(0.05);
    expect(testLoad(alone.slots, new Map())).toEqual([]);
  });
});
