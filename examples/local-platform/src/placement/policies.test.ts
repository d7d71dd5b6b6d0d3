import { describe, expect, it } from 'vitest';
import { startPlacement } from './registry.ts';

describe('placement', () => {
  it('spreads: the fewest first, in turn where several have as few', () => {
    const spread = startPlacement('spread', () => NaN);
    expect([spread.place([0, 0, 0]), spread.place([0, 0, 0]), spread.place([0, 0, 0])]).toEqual([0, 1, 2]);
    expect(spread.place([2, 1, 1])).toBe(1);
    expect(spread.place([1, 1, 1])).toBe(2);
    expect(spread.place([1, 1, 0])).toBe(2);
  });

  it('places anywhere under random', () => {
    const random = startPlacement('random', (nth) => [0, 0.99, 0.4][Number(nth) - 1]!);
    expect([random.place([9, 0, 0]), random.place([0, 0, 0]), random.place([0, 0, 0])]).toEqual([0, 2, 1]);
  });
});
