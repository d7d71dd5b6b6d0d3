import { expect, test } from 'vitest';
import { SlowestOperations } from './operations.ts';
import type { IoOperation } from './operations.ts';

const one = (startMs: number, lengthMs: number): IoOperation => ({
  kind: 'http',
  name: 'GET',
  startMs,
  endMs: startMs + lengthMs,
});

test('keeps the slowest, and returns them in the order in which they began', () => {
  const slowest = new SlowestOperations(3);
  for (const [start, length] of [
    [0, 5],
    [1, 1],
    [2, 9],
    [3, 7],
    [4, 2],
  ] as const)
    slowest.add(one(start, length));
  expect(slowest.since(0).map(({ startMs }) => startMs)).toEqual([0, 2, 3]);
  // An operation that began before an invocation does not belong to it.
  expect(slowest.since(1).map(({ startMs }) => startMs)).toEqual([2, 3]);
  slowest.clear();
  expect(slowest.since(0)).toEqual([]);
});

test('keeps none if none are requested', () => {
  const slowest = new SlowestOperations(0);
  slowest.add(one(0, 1));
  expect(slowest.since(0)).toEqual([]);
});
