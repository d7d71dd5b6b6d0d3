import { expect, test } from 'vitest';
import { idleMs } from './idle-time.ts';

const at = (ms: number, unixMs = 1e12 + ms) => ({ nanos: BigInt(ms * 1e6), unixMs });

test.each([
  ['the monotonic clock tells it', at(100), at(350), 0, 250],
  ['a suspension in between counts', at(100), at(350, 1e12 + 350 + 60_000), 60_000, 60_250],
  ['a suspension elsewhere does not', at(100), at(350), 60_000, 250],
  ['setting the wall clock does not', at(100), at(350, 1e12 - 5000), 0, 250],
])('%s', (_what, since, until, asleepMs, expected) => {
  expect(idleMs(since, until, asleepMs)).toBeCloseTo(expected);
});

test('the first invocation has no idle time', () => {
  expect(idleMs(undefined, at(1), 0)).toBeUndefined();
});
