import { expect, test } from 'vitest';
import { Traffic } from './traffic.ts';

/** Which of the invocations that begin at these times, and take this long, are measured in full. */
function inFull(times: readonly number[], durationMs: number): number[] {
  const traffic = new Traffic();
  return times.filter((ms, index) => {
    const full = traffic.measuresInFull(index + 1, ms);
    traffic.ended(durationMs);
    return full;
  });
}

const every = (gapMs: number, count: number): number[] => Array.from({ length: count }, (_, i) => i * gapMs);

test('the first twenty, then one per second while short ones are frequent', () => {
  expect(inFull(every(100, 50), 1)).toEqual([...every(100, 20), 2900, 3900, 4900]);
});

test('each one after a long one, and each one after a pause of more than a second', () => {
  expect(inFull(every(100, 50), 10)).toHaveLength(50);
  expect(inFull(every(1001, 50), 1)).toHaveLength(50);
});
