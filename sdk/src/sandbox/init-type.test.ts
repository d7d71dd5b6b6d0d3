import { expect, test } from 'vitest';
import { initType } from './init-type.ts';

test('more than 10 s from the end of initialisation to the first invocation is proactive', () => {
  expect(initType({}, false, 10_001)).toBe('proactive');
  expect(initType({}, false, 9_999)).toBe('on_demand');
  expect(initType({}, true, 60_000)).toBe('reinit');
  expect(initType({ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, true, 60_000)).toBe('restored');
});
