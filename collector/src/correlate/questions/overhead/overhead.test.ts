import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Random } from '../../../statistics/index.ts';
import type { ClientPair } from '../../evidence/client-pairs/client-pairs.ts';
import { pairedEpochs } from '../../evidence/client-pairs/clock-pairs.ts';
import { judgeOverhead, placePairs } from './judge.ts';

interface World {
  readonly random: Random;
  readonly n: number;
  /** Function clock minus client clock, at a client time. */
  readonly clock: (ms: number) => number;
  /** Minimum and mean additional time, ms, for each direction. */
  readonly thereMs: readonly [number, number];
  readonly backMs: readonly [number, number];
  readonly cold?: boolean;
  readonly perByteMs?: number;
}

/** Calls, about one every ten seconds. */
function calls({ random, n, clock, thereMs, backMs, cold = false, perByteMs = 0 }: World): ClientPair[] {
  const way = ([least, more]: readonly [number, number]): number =>
    least - more * Math.log(1 - random.uniform());
  return Array.from({ length: n }, (_, at) => {
    const sentMs = at * 10_000 + 5_000 * random.uniform();
    const payloadBytes = 1_000 * (1 + random.below(200));
    const initMs = cold ? 200 : undefined;
    const began = sentMs + way(thereMs) + perByteMs * payloadBytes + (initMs ?? 0);
    const ended = began + 5 + 20 * random.uniform();
    return {
      function: 'f',
      version: '',
      account_id: '',
      region: '',
      platform: '',
      client: 'probe',
      kernel: 'k',
      sentMs,
      receivedMs: ended + way(backMs),
      beganMs: began + clock(began),
      endedMs: ended + clock(ended),
      cold,
      initMs,
      payloadBytes,
    };
  });
}

describe('clocks', () => {
  test('are bounded so that the injected offset and drift lie inside', () => {
    const random = seededRandom(41);
    let inside = 0;
    let drifts = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const offset = 10_000 * (random.uniform() - 0.5);
      const drift = 1e-4 * (random.uniform() - 0.5);
      const pairs = calls({
        random,
        n: 5 + random.below(100),
        clock: (ms) => offset + drift * ms,
        thereMs: [2, 10],
        backMs: [2, 5],
      });
      const epochs = pairedEpochs(pairs);
      if (epochs.length !== 1) continue;
      const found = epochs[0]!.offset!;
      const truth = offset + drift * found.origin;
      if (found.low <= truth && truth <= found.high) inside += 1;
      if (found.driftLow <= drift && drift <= found.driftHigh) drifts += 1;
    }
    expect(inside / runs).toBeGreaterThanOrEqual(0.95);
    expect(drifts / runs).toBeGreaterThanOrEqual(0.95);
  });

  test('that are set open an epoch', () => {
    const pairs = calls({
      random: seededRandom(42),
      n: 60,
      clock: (ms) => (ms < 300_000 ? 40 : -760),
      thereMs: [2, 3],
      backMs: [2, 3],
    });
    const epochs = pairedEpochs(pairs);
    expect(epochs).toHaveLength(2);
    expect(Math.abs(epochs[0]!.offset!.offset - 40)).toBeLessThan(5);
    expect(Math.abs(epochs[1]!.offset!.offset + 760)).toBeLessThan(5);
  });
});

describe('overhead', () => {
  test('holds the injected delay inside of its interval, whatever the clocks', () => {
    const random = seededRandom(43);
    const runs = 200;
    const covered = { wait: 0, back: 0, overhead: 0 };
    for (let run = 0; run < runs; run += 1) {
      const offset = 2_000 * (random.uniform() - 0.5);
      const drift = 4e-5 * (random.uniform() - 0.5);
      const there = [5 + 20 * random.uniform(), 4] as const;
      const back = [3, 2] as const;
      const pairs = calls({
        random,
        n: 60,
        clock: (ms) => offset + drift * ms,
        thereMs: there,
        backMs: back,
      });
      const { warm } = judgeOverhead(placePairs(pairedEpochs(pairs)));
      const holds = ({ low = Infinity, high = -Infinity }, truth: number): number =>
        Number(low <= truth && truth <= high);
      // The median of an exponential is its mean · ln 2.
      covered.wait += holds(warm.waitMs, there[0] + 4 * Math.LN2);
      covered.back += holds(warm.returnMs, back[0] + 2 * Math.LN2);
      const middle = 0.5 * (there[0] + back[0]);
      covered.overhead += holds(warm.overheadMs, 2 * middle + medianOfSum(4, 2));
    }
    expect(covered.wait / runs).toBeGreaterThanOrEqual(0.95);
    expect(covered.back / runs).toBeGreaterThanOrEqual(0.95);
    expect(covered.overhead / runs).toBeGreaterThanOrEqual(0.92);
  });

  test('grows with the size of the request as it was made to', () => {
    const random = seededRandom(44);
    let covered = 0;
    for (let run = 0; run < 200; run += 1) {
      const pairs = calls({
        random,
        n: 80,
        clock: () => 0,
        thereMs: [5, 4],
        backMs: [3, 2],
        perByteMs: 2e-4,
      });
      const { payload } = judgeOverhead(placePairs(pairedEpochs(pairs)));
      if (payload!.slope.low <= 2e-4 && 2e-4 <= payload!.slope.high) covered += 1;
    }
    expect(covered / 200).toBeGreaterThanOrEqual(0.92);
  });

  test('of a cold start leaves its initialisation out of the platform wait', () => {
    const pairs = calls({
      random: seededRandom(45),
      n: 30,
      clock: () => 0,
      thereMs: [50, 1],
      backMs: [1, 1],
      cold: true,
    });
    const { cold, warm, basis } = judgeOverhead(placePairs(pairedEpochs(pairs)));
    expect(warm.n).toBe(0);
    expect(cold.waitMs.high! - cold.platformWaitMs.high!).toBeCloseTo(200, 6);
    // The clock uncertainty may exceed the wait, which is still not negative.
    expect(cold.platformWaitMs.value).toBe(Math.max(0, cold.waitMs.value! - 200));
    expect(cold.platformWaitMs.low).toBeLessThan(51);
    expect(cold.platformWaitMs.high).toBeGreaterThan(50);
    expect(basis.enough).toBe(true);
  });
});

/** Median of the sum of two exponentials with these means. */
function medianOfSum(a: number, b: number): number {
  const below = (ms: number): number => 1 - (a * Math.exp(-ms / a) - b * Math.exp(-ms / b)) / (a - b);
  let [low, high] = [0, 100];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (below(middle) < 0.5) low = middle;
    else high = middle;
  }
  return low;
}
