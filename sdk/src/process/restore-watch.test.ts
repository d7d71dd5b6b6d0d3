import { expect, test } from 'vitest';
import { RestoreWatch, watchRestore } from './restore-watch.ts';

test('a jump of the moment of boot is a restore, the first time', () => {
  let bootTimeMs: number | undefined = 1_000_000;
  const watch = new RestoreWatch(() => bootTimeMs);
  expect(watch.restored()).toBe(false);
  // The wall clock is adjusted by a few ms all the time, and may be set back.
  bootTimeMs = 1_000_900;
  expect(watch.restored()).toBe(false);
  bootTimeMs = 10_000;
  expect(watch.restored()).toBe(false);
  bootTimeMs = undefined;
  expect(watch.restored()).toBe(false);
  bootTimeMs = 1_060_000;
  expect([watch.restored(), watch.restored()]).toEqual([true, false]);
  bootTimeMs = 9_000_000;
  expect(watch.restored()).toBe(false);
});

test('looks for it only where the platform restores from snapshots', () => {
  expect(watchRestore({}, () => 1)).toBeUndefined();
  expect(watchRestore({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, () => 1)).toBeUndefined();
  const watch = watchRestore({ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, () => undefined);
  expect(watch?.cloneGroup).toMatch(/^[0-9a-f]{32}$/);
  expect(watch?.restored()).toBe(false);
});
