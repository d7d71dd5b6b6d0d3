import { expect, test, vi } from 'vitest';
import type * as module from './cached.ts';

/** The module with a wall clock that the test can set; modules take their clocks when they are loaded. */
async function cachedWithClock(): Promise<{ cached: typeof module.cached; set: (ms: number) => void }> {
  const real = Date.now;
  let aheadMs = 0;
  vi.resetModules();
  Date.now = () => real() + aheadMs;
  try {
    const { cached } = await import('./cached.ts');
    return { cached, set: (ms) => (aheadMs = ms) };
  } finally {
    Date.now = real;
  }
}

test('a value is read once for readers in quick succession, and again later', async () => {
  const { cached } = await cachedWithClock();
  let reads = 0;
  const read = (): number => (reads += 1);
  expect([cached('a', read), cached('a', read), cached('b', () => 'another')]).toEqual([1, 1, 'another']);
  await vi.waitFor(() => expect(cached('a', read)).toBe(2));
});

test('a failed reading is not cached', async () => {
  const { cached } = await cachedWithClock();
  expect([cached('a', () => undefined), cached('a', () => 'readable')]).toEqual([undefined, 'readable']);
});

test('nothing is cached across a jump of the wall clock, as after a restore from a snapshot', async () => {
  const { cached, set } = await cachedWithClock();
  expect(cached('a', () => 'the machine of the snapshot')).toBe('the machine of the snapshot');
  set(3_600_000);
  expect(cached('a', () => 'this machine')).toBe('this machine');
  set(0);
  expect(cached('a', () => 'set back')).toBe('set back');
});
