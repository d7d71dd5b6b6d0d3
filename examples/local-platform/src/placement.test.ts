import { describe, expect, it } from 'vitest';
import { pickIdle, Placer } from './placement.ts';

describe('pickIdle', () => {
  it('picks by recency, or by chance', () => {
    const idle = ['oldest', 'older', 'newest'];
    expect(pickIdle(idle, 'most-recent')).toBe('newest');
    expect(pickIdle(idle, 'least-recent')).toBe('oldest');
    expect(pickIdle(idle, 'random', () => 0.5)).toBe('older');
    expect(pickIdle([], 'most-recent')).toBeUndefined();
    expect(pickIdle([], 'random')).toBeUndefined();
  });
});

describe('Placer', () => {
  it('spreads: the fewest first, in turn where several have as few', () => {
    const placer = new Placer(3, 'spread');
    expect([placer.place([0, 0, 0]), placer.place([0, 0, 0]), placer.place([0, 0, 0])]).toEqual([0, 1, 2]);
    expect(placer.place([2, 1, 1])).toBe(1);
    expect(placer.place([1, 1, 1])).toBe(2);
    expect(placer.place([1, 1, 0])).toBe(2);
  });

  it('places anywhere under random', () => {
    const chances = [0, 0.99, 0.4];
    const placer = new Placer(3, 'random', () => chances.shift()!);
    expect([placer.place([9, 0, 0]), placer.place([]), placer.place([])]).toEqual([0, 2, 1]);
  });
});
