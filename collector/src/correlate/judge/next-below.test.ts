import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { NextBelow } from './next-below.ts';

it('finds what looking at one after the other finds', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 700 });
  fc.assert(
    fc.property(numbers, fc.nat({ max: 710 }), fc.integer({ min: 0, max: 41 }), (values, from, bound) => {
      const next = new NextBelow(values.length, (index) => values[index]!);
      const wanted = values.findIndex((value, index) => index >= from && value < bound);
      expect(next.from(from, bound)).toBe(wanted < 0 ? values.length : wanted);
    }),
  );
});

it('goes over many blocks to the only one', () => {
  const next = new NextBelow(100_000, (index) => (index === 77_777 ? -1 : 1));
  expect([next.from(0, 0), next.from(77_777, 0), next.from(77_778, 0)]).toEqual([77_777, 77_777, 100_000]);
});
