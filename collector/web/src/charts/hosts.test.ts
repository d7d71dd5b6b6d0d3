import { expect, it } from 'vitest';
import { packingHeight } from './hosts.ts';

const hosts = (n: number) => Array.from({ length: n }, (_, index) => ({ id: `host-${index}`, lives: [] }));

it('wraps boxes of hosts into as many lines as the width needs, up to three', () => {
  const one = packingHeight(hosts(1), 330);
  expect(packingHeight(hosts(2), 330)).toBe(one);
  expect(packingHeight(hosts(4), 330)).toBe(2 * one);
  expect(packingHeight(hosts(4), 900)).toBe(one);
  // The rest is a note below them, not over them.
  expect(packingHeight(hosts(6), 330)).toBe(3 * one);
  expect(packingHeight(hosts(1000), 330)).toBeGreaterThan(3 * one);
  expect(packingHeight(hosts(1000), 330)).toBeLessThan(3 * one + 30);
});
