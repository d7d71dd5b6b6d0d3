import { expect, test } from 'vitest';
import { RestoreWatch, watchRestore } from './restore-watch.ts';

test('the first jump of the boot time is a restore', () => {
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

test('is active only if the platform restores from snapshots', () => {
  expect(watchRestore({}, () => 1)).toBeUndefined();
  expect(watchRestore({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, () => 1)).toBeUndefined();
  const watch = watchRestore({ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, () => undefined);
  expect(watch?.cloneGroup).toMatch(/^[0-9a-f]{32}$/);
  expect(watch?.restored()).toBe(false);
});
