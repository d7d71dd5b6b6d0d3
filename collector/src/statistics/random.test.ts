import { describe, expect, it } from 'vitest';
import { seededRandom, shuffle } from './random.ts';

describe('seededRandom', () => {
  it('repeats itself by seed', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => random.uniform());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('has the moments it should, also of the first number over neighbouring seeds', () => {
    const first = Array.from({ length: 4_000 }, (_, seed) => seededRandom(seed).uniform());
    const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * first.length));
    const random = seededRandom(1);
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    const square = normals.reduce((sum, value) => sum + value * value, 0) / normals.length;
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / normals.length));
    const die = new Uint32Array(6);
    for (let turn = 0; turn < 60_000; turn += 1) die[random.below(6)]! += 1;
    for (const count of die) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
  });

  it('shuffles all to every place alike', () => {
    const random = seededRandom(2);
    const firsts = new Uint32Array(4);
    let last: number[] = [];
    for (let turn = 0; turn < 20_000; turn += 1) {
      const order = [0, 1, 2, 3];
      shuffle(order, random);
      firsts[order[0]!]! += 1;
      last = order;
    }
    expect(new Set(last)).toEqual(new Set([0, 1, 2, 3]));
    for (const count of firsts) expect(Math.abs(count - 5_000)).toBeLessThan(4 * Math.sqrt(5_000));
  });
});
