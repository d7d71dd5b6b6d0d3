import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { certainFault } from './json-fault.ts';

test('a value that JSON.stringify accepts has no fault, and its length is not overestimated', () => {
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

test('nothing of the value is called, and only a part of a large value is visited', () => {
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
