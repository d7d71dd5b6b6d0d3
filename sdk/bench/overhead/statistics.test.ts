import { expect, test } from 'vitest';
import { estimate, estimateAdded, quantile, shifted } from './statistics.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('interpolates quantiles between ranks', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile(upTo(101), 0.99)).toBe(100);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

test('the interval of a median is that of order statistics, as tabulated for 95 %', () => {
  // Ranks of the sign test's interval: 1 and 6 of 6, 2 and 9 of 10, 6 and 15 of 20.
  expect(estimate(upTo(6))).toEqual({ value: 3.5, low: 1, high: 6, n: 6 });
  expect(estimate(upTo(10))).toEqual({ value: 5.5, low: 2, high: 9, n: 10 });
  expect(estimate(upTo(20))).toEqual({ value: 10.5, low: 6, high: 15, n: 20 });
});

test('has no interval below the number of samples that it needs', () => {
  expect(estimate([1, 2, 3, 4, 5])).toEqual({ value: 3, n: 5 });
  expect(estimate(upTo(300), 0.99)).not.toHaveProperty('high');
  expect(estimate(upTo(1000), 0.99)).toMatchObject({ low: 983, high: 997 });
});

test('compares pair by pair', () => {
  expect(estimateAdded([11, 105, 23], [1, 100, 3])).toEqual({ value: 10, n: 3 });
  expect(shifted({ value: 5, low: 4, high: 6, n: 9 }, -4)).toEqual({ value: 1, low: 0, high: 2, n: 9 });
});
