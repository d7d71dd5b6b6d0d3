import { describe, expect, it } from 'vitest';
import { pickHorizon, PickHorizons, picksWithin } from './pick-horizon.ts';
import type { IdleDraw } from './pick-horizon.ts';
import { rankTest } from './pick-order.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { exponential, shareOf } from './test-fixtures.ts';

/** Random choices among those alive; dead ones still count as candidates. */
function draws(random: Random, count: number, mean: number): IdleDraw[] {
  const found: IdleDraw[] = [];
  while (found.length < count) {
    const idleTimes = Array.from({ length: 6 }, () => exponential(random, 300));
    const alive = [...idleTimes.keys()].filter((index) => exponential(random, mean) > idleTimes[index]!);
    if (alive.length > 0) found.push({ idleTimes, taken: alive[random.below(alive.length)]! });
  }
  return found;
}

describe('pick horizon', () => {
  it('ranks by recency among those within', () => {
    const [one] = [{ idleTimes: [50, 10, 400, 30], taken: 0 }];
    expect(picksWithin([one], Infinity)).toEqual({ ranks: [3], candidates: [4] });
    expect(picksWithin([one], 100)).toEqual({ ranks: [3], candidates: [3] });
    expect(picksWithin([one], 50)).toEqual({ ranks: [], candidates: [] });
  });

  it('keeps dead candidates from making random choices look like most recent first', () => {
    const mean = 3_000;
    const survival = (idle: number): number => Math.exp(-idle / mean);
    const rejected = (picks: (own: IdleDraw[]) => number): number =>
      shareOf(60, 3, (random) => Math.abs(picks(draws(random, 400, mean))) > 1.96);
    expect(rejected((own) => rankTest(picksWithin(own, Infinity)).z!)).toBeGreaterThan(0.3);
    const within = rejected((own) => {
      const found = pickHorizon(own, survival)!;
      expect(found.bias).toBeLessThanOrEqual(0.15);
      return rankTest(found.picks).z!;
    });
    expect(within).toBeLessThan(0.15);
  });

  it('takes all where nothing dies, and nothing where all may be gone', () => {
    const some = [{ idleTimes: [5, 7], taken: 0 }];
    expect(pickHorizon(some, () => 1)).toMatchObject({ horizon: Infinity, bias: 0 });
    expect(pickHorizon(some, () => 0.5)).toBeUndefined();
    expect(pickHorizon([], () => 1)).toBeUndefined();
  });

  it('is the same whatever survivals it was asked for before', () => {
    // One of them is a choice of one, which counts nowhere.
    const own = [{ idleTimes: [90], taken: 0 }, ...draws(seededRandom(5), 200, 500)];
    const horizons = new PickHorizons(own);
    for (const mean of [500, 3_000, 500, 1e9]) {
      const survival = (idle: number): number => Math.exp(-idle / mean);
      const { picks, ...horizon } = pickHorizon(own, survival)!;
      expect(horizons.of(survival, 0.15)).toEqual(horizon);
      expect(picks).toEqual(picksWithin(own, horizon.horizon));
      expect(pickHorizon(own.slice(1), survival)).toEqual({ picks, ...horizon });
    }
  });
});
