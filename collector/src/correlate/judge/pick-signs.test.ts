import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../statistics/index.ts';
import { NumberList } from './number-list.ts';
import { PickSigns } from './pick-signs.ts';
import type { OpenBelief, RuleWeights } from './pick-signs.ts';
import { PLACE } from './picks.ts';
import type { KnownPicks } from './picks.ts';

const SLIP = 1e-4;
const SETTLE_MS = 100;

/** Choices at arbitrary times, of sandboxes that had been idle for up to ten minutes. */
function picksOf(seed: number, count: number): KnownPicks {
  const random = seededRandom(seed);
  const atMs = Float64Array.from({ length: count }, () => 3_600_000 * random.uniform()).sort();
  return {
    atMs,
    fromMs: atMs.map((at) => at - SETTLE_MS - 600_000 * random.uniform()),
    idle: Uint32Array.from({ length: count }, () => 1 + random.below(30)),
    place: Uint8Array.from({ length: count }, () => random.below(4)),
    birth: Uint32Array.from({ length: count }, () => random.below(40)),
  };
}

/** Two that were never used again: one that seems to continue, one that seems gone after five minutes. */
const BELIEF: OpenBelief = {
  fromMs: Float64Array.of(500_000, 1_000_000),
  endMs: Float64Array.of(800_000, Infinity),
  survival: (idleMs) => 2 ** (-idleMs / 600_000),
};

function signsOf(picks: KnownPicks, weights: RuleWeights, fromMs: number, watchedMs: number) {
  const signs = new PickSigns(picks, SETTLE_MS, 40);
  signs.believe(weights, BELIEF);
  const lists = { idleMs: new NumberList(), logRatio: new NumberList() };
  signs.of(fromMs, watchedMs, 17, lists);
  return Array.from(lists.idleMs.done(), (idleMs, at) => ({ idleMs, logRatio: lists.logRatio.done()[at]! }));
}

/** One choice after the other: the reference result that the class must reproduce without examining each. */
function oneByOne(picks: KnownPicks, weights: RuleWeights, fromMs: number, watchedMs: number) {
  const { mostRecent, leastRecent, random } = weights;
  const found: { idleMs: number; logRatio: number }[] = [];
  let step = 0;
  let total = 0;
  let clusterMs = -Infinity;
  for (const [pick, at] of picks.atMs.entries()) {
    if (at <= fromMs + SETTLE_MS || at - fromMs > watchedMs || total < Math.log(1e-5)) continue;
    const takenFrom = picks.fromMs[pick]!;
    const open = [...BELIEF.fromMs.keys()].filter(
      (index) => BELIEF.fromMs[index]! <= at && BELIEF.endMs[index]! > at,
    );
    const idle = picks.idle[pick]! + open.length;
    const isOlder = takenFrom < fromMs;
    const mostOf = (others: readonly number[]): number => {
      if ((picks.place[pick]! & PLACE.MOST_RECENT) === 0) return 0;
      return mostRecent * (others.length > 0 ? 1 - BELIEF.survival(at - Math.max(...others)) : 1);
    };
    const younger = open
      .map((index) => BELIEF.fromMs[index]!)
      .filter((from) => from <= at - SETTLE_MS && from > takenFrom);
    const most = mostOf(younger.filter((from) => from !== fromMs));
    const least = (picks.place[pick]! & PLACE.LEAST_RECENT) === 0 ? 0 : leastRecent;
    const withIt = (isOlder ? 0 : most) + (isOlder ? least : 0) + random / (idle + 1);
    const without = most + least + random / idle;
    const ratio = Math.log((withIt + SLIP) / (without + SLIP));
    // A fact that concerns several sandboxes does not exclude it.
    const all = mostOf(younger) + least;
    const kept = Math.log((all + random / (idle + 1) + SLIP) / (all + random / idle + SLIP));
    const lost = isOlder ? most : least;
    const isRule = lost > 0.5 * without;
    // A rule is broken once per cluster; that there was one more candidate counts each time.
    const isSame = lost > 0 && at < clusterMs + 1_000;
    step += isSame ? kept : ratio;
    if (isRule && !isSame) clusterMs = at;
    if (step >= -0.2) continue;
    found.push({ idleMs: at - fromMs, logRatio: step });
    total += step;
    step = 0;
  }
  return found;
}

describe('evidence against a sandbox from choices of others', () => {
  const weights: Record<string, RuleWeights> = {
    random: { mostRecent: 0, leastRecent: 0, random: 1 },
    mixed: { mostRecent: 0.6, leastRecent: 0, random: 0.4 },
    'least recent and random': { mostRecent: 0, leastRecent: 0.3, random: 0.7 },
    'all three': { mostRecent: 0.1, leastRecent: 0.1, random: 0.8 },
  };
  for (const [name, own] of Object.entries(weights)) {
    it(`is what each choice by itself tells: ${name}`, () => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const picks = picksOf(seed, 400);
        for (const [fromMs, watchedMs] of [
          [500_000, 3e6],
          [1_000_000, 3e6],
          [1_000_000, 200_000],
          [3_599_000, 3e6],
        ] as const) {
          const said = signsOf(picks, own, fromMs, watchedMs);
          const wanted = oneByOne(picks, own, fromMs, watchedMs);
          expect(said.map(({ idleMs }) => idleMs)).toEqual(wanted.map(({ idleMs }) => idleMs));
          for (const [at, { logRatio }] of said.entries())
            expect(logRatio).toBeCloseTo(wanted[at]!.logRatio, 9);
        }
      }
    });
  }

  it('is nothing under most recent first, unless one is taken that idled for longer', () => {
    const picks = picksOf(1, 400);
    const mostRecent = { mostRecent: 0.99, leastRecent: 0, random: 0.01 };
    expect(
      signsOf({ ...picks, fromMs: picks.atMs.map((at) => at - 200) }, mostRecent, 1_000_000, 3e6),
    ).toEqual([]);
    const [first] = signsOf(picks, mostRecent, 1_000_000, 3e6);
    const passed = [...picks.atMs.keys()].find(
      (pick) =>
        picks.atMs[pick]! > 1_000_100 &&
        picks.fromMs[pick]! < 1_000_000 &&
        (picks.place[pick]! & PLACE.MOST_RECENT) !== 0,
    )!;
    expect(first?.idleMs).toBe(picks.atMs[passed]! - 1_000_000);
  });

  it('is that a round robin skipped it, once per turn', () => {
    const atMs = Float64Array.from({ length: 120 }, (_, index) => 10_000 * index);
    const birth = Uint32Array.from({ length: 120 }, (_, index) => [3, 10, 16, 18, 30, 39][index % 6]!);
    const picks = { ...picksOf(1, 120), atMs, birth };
    const said = signsOf(picks, { mostRecent: 0, leastRecent: 0, random: 0, roundRobin: 1 }, 65_000, 1e6);
    // It is the 17th by birth: from 16 to 18 it is passed over, until three times decide.
    expect(said.map(({ idleMs }) => idleMs + 65_000)).toEqual([90_000, 150_000, 210_000]);
  });
});
