import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { certainFault } from './json-fault.ts';

test('what JSON.stringify takes is not found wanting, and never longer than it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(300), (value, limit) => {
      const text = JSON.stringify(value);
      const fault = certainFault(value, limit);
      const truth = text.length > limit ? ['too large', undefined] : [undefined];
      expect(truth).toContain(fault);
    }),
  );
});

test('bigints and cycles have no JSON', () => {
  const cycle: { inner: unknown[] } = { inner: [1, {}] };
  cycle.inner.push({ back: cycle });
  expect(certainFault(cycle, 1000)).toBe('not JSON');
  expect(certainFault([{ big: 1n }], 1000)).toBe('not JSON');
  const twice = { a: 1 };
  expect(certainFault([twice, twice, { twice }], 1000)).toBeUndefined();
});

test('nothing of it is called, and no more than some of it is looked at', () => {
  const called: string[] = [];
  const value = {
    toJSON() {
      called.push('toJSON');
      return 1n;
    },
  };
  const lazy = Object.defineProperty({}, 'get', { enumerable: true, get: () => called.push('get') });
  expect(certainFault([value, lazy], 10)).toBeUndefined();
  expect(called).toEqual([]);
  expect(certainFault([...Array.from({ length: 5000 }, () => 1), 1n], 10)).toBeUndefined();
});
