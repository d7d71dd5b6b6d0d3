import { describe, expect, it } from 'vitest';
import { seededDraw } from '../chance.ts';
import type { Candidate } from './order.ts';
import { startOrder } from './registry.ts';

const draw = seededDraw(1);
const candidates = (...ordinals: number[]): Candidate[] =>
  ordinals.map((ordinal) => ({ ordinal, invocationsUnderWay: 0 }));

describe('reuse orders', () => {
  it('by recency', () => {
    const idle = candidates(3, 1, 2);
    expect(startOrder('most-recent', draw).pick(idle, {}).ordinal).toBe(2);
    expect(startOrder('least-recent', draw).pick(idle, {}).ordinal).toBe(3);
  });

  it('at random, all equally likely', () => {
    const random = startOrder('random', draw);
    const picks = Array.from({ length: 3000 }, () => random.pick(candidates(1, 2, 3), {}).ordinal);
    for (const ordinal of [1, 2, 3]) {
      const share = picks.filter((one) => one === ordinal).length / 3000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 3000));
    }
  });

  it('in turn, even if some are busy or have ended', () => {
    const roundRobin = startOrder('round-robin', draw);
    const pick = (...idle: number[]): number => roundRobin.pick(candidates(...idle), {}).ordinal;
    expect([pick(2, 1, 3), pick(3, 1, 2), pick(1, 3, 2), pick(1, 2, 3)]).toEqual([1, 2, 3, 1]);
    expect([pick(3, 4), pick(1, 4), pick(1, 3)]).toEqual([3, 4, 1]);
  });

  it('by key: the same one while it exists; only its own keys move when it ends', () => {
    const affinity = startOrder('affinity', draw);
    const all = [1, 2, 3, 4, 5];
    const pick = (affinityKey: string, ordinals: readonly number[]): number =>
      affinity.pick(candidates(...ordinals), { affinityKey }).ordinal;
    const keys = Array.from({ length: 200 }, (_, n) => `user-${n}`);
    const before = keys.map((key) => pick(key, all));
    expect(new Set(before)).toEqual(new Set(all));
    expect(keys.map((key) => pick(key, [5, 3, 1, 2, 4]))).toEqual(before);
    const after = keys.map((key) => pick(key, [1, 2, 4, 5]));
    const moved = keys.filter((_, n) => after[n] !== before[n]);
    expect(moved).toEqual(keys.filter((_, n) => before[n] === 3));
    expect(affinity.pick(candidates(2, 1), {}).ordinal).toBe(1);
  });

  it('by load', () => {
    const busy = [
      { ordinal: 3, invocationsUnderWay: 1 },
      { ordinal: 2, invocationsUnderWay: 0 },
      { ordinal: 1, invocationsUnderWay: 1 },
      { ordinal: 4, invocationsUnderWay: 0 },
    ];
    expect(startOrder('fill', draw).pick(busy, {}).ordinal).toBe(1);
    expect(startOrder('least-loaded', draw).pick(busy, {}).ordinal).toBe(2);
  });
});
