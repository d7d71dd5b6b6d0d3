import { describe, expect, it } from 'vitest';
import type { Draw } from '../chance.ts';
import { startPlacement } from './registry.ts';

/** Hosts without zones. */
const start = (name: string, draw: Draw = () => NaN) => {
  const policy = startPlacement(name, draw);
  return {
    place: (load: readonly number[]) =>
      policy.place(
        load,
        load.map(() => ({})),
      ),
  };
};

describe('placement', () => {
  it('spreads: to the fewest, in turn among several with as few', () => {
    const spread = start('spread');
    expect([spread.place([0, 0, 0]), spread.place([0, 0, 0]), spread.place([0, 0, 0])]).toEqual([0, 1, 2]);
    expect(spread.place([2, 1, 1])).toBe(1);
    expect(spread.place([1, 1, 1])).toBe(2);
    expect(spread.place([1, 1, 0])).toBe(2);
    // Two hosts less.
    expect(spread.place([1, 1])).toBe(0);
    expect(spread.place([1])).toBe(0);
  });

  it('places on any host with random', () => {
    const random = start('random', (nth) => [0, 0.99, 0.4][Number(nth) - 1]!);
    expect([random.place([9, 0, 0]), random.place([0, 0, 0]), random.place([0, 0, 0])]).toEqual([0, 2, 1]);
  });

  it('spreads over zones first, then over hosts', () => {
    const policy = startPlacement('spread-zones', () => NaN);
    const hosts = [{ zone: 'a' }, { zone: 'a' }, { zone: 'b' }];
    const load = [0, 0, 0];
    for (let n = 0; n < 4; n += 1) load[policy.place(load, hosts)]! += 1;
    expect(load).toEqual([1, 1, 2]);
  });
});
