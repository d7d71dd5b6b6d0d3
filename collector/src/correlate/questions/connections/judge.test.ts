import { describe, expect, test } from 'vitest';
import type { HeldSockets } from './evidence.ts';
import { goneBy, judgeEndpoint } from './judge.ts';

const held = (
  environment: string,
  most: number,
  firstMs: number,
  lastMs: number,
  isHeld = true,
): HeldSockets => ({
  function: 'f',
  version: '',
  account_id: '',
  region: '',
  platform: '',
  environment,
  peer: '10.0.0.5:5432',
  first: most,
  most,
  firstMs,
  mostFromMs: firstMs,
  lastMs,
  isHeld,
});

describe('sockets of an endpoint', () => {
  test('are those of sandboxes that idle, too', () => {
    const answer = judgeEndpoint(
      [held('a', 2, 0, 1_000), held('b', 3, 5_000, 6_000), held('c', 1, 50_000, 51_000)],
      // The first two died at some time, at most a minute later.
      ({ environment }) =>
        environment === 'c'
          ? { earliestMs: 100_000, likelyMs: 100_000, latestMs: 100_000 }
          : { earliestMs: 40_000, likelyMs: 50_000, latestMs: 60_000 },
      100_000,
    );
    expect(answer).toMatchObject({
      sandboxes: 3,
      socketsP50: 2,
      socketsMax: 3,
      peak: { low: 5, high: 6, n: 3 },
      now: { value: 1, low: 1, high: 1 },
    });
  });

  test('that were closed are not held until the end', () => {
    const answer = judgeEndpoint(
      [held('a', 2, 0, 1_000, false), held('b', 3, 5_000, 6_000)],
      () => ({ earliestMs: 9_000, likelyMs: 9_000, latestMs: 9_000 }),
      9_000,
    );
    expect(answer.peak.value).toBe(3);
    expect(answer.peakAtMs).toBe(5_000);
  });

  test('fill between the first telling and that of most', () => {
    const filling = { ...held('a', 3, 1_000, 9_000), first: 1, mostFromMs: 8_000 };
    const { peak } = judgeEndpoint(
      [filling, held('b', 2, 0, 5_000, false)],
      () => goneBy(9_000, 10_000, undefined, 0),
      10_000,
    );
    // While the other existed it certainly held one, and at most three.
    expect(peak).toEqual({ value: 3, low: 3, high: 5, n: 2 });
  });

  test('may have gone with a sandbox that may be gone', () => {
    const { now } = judgeEndpoint(
      [held('a', 2, 0, 1_000)],
      () => goneBy(1_000, 10_000, undefined, 0.4),
      10_000,
    );
    expect(now).toEqual({ value: 2, low: 0, high: 2, n: 1 });
  });
});
