import { expect, test } from 'vitest';
import { isDue } from './flush-policy.ts';

const DENSE = { ordinal: 21, idleMs: 10, count: 1, oldestMs: 1, bytes: 5000 };

test('frequent invocations wait', () => {
  expect(isDue(DENSE)).toBe(false);
  expect(isDue({ ...DENSE, count: 99, oldestMs: 4999, bytes: 262_143, idleMs: 1000 })).toBe(false);
});

test.each([
  ['one of the first twenty', { ordinal: 20 }],
  ['one that came after more than a second', { idleMs: 1001 }],
  ['one before which nothing is known', { idleMs: undefined }],
  ['a hundred', { count: 100 }],
  ['five seconds', { oldestMs: 5000 }],
  ['256 KiB', { bytes: 262_144 }],
])('%s: all leave', (_what, more) => {
  expect(isDue({ ...DENSE, ...more })).toBe(true);
});
