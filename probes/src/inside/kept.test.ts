import { expect, test, vi } from 'vitest';
import type * as module from './kept.ts';

/** The module with a wall clock that the test can set; modules take their clocks when they are loaded. */
async function keptWithClock(): Promise<{ kept: typeof module.kept; set: (ms: number) => void }> {
  const real = Date.now;
  let aheadMs = 0;
  vi.resetModules();
  Date.now = () => real() + aheadMs;
  try {
    const { kept } = await import('./kept.ts');
    return { kept, set: (ms) => (aheadMs = ms) };
  } finally {
    Date.now = real;
  }
}

test('a value is read once for readers that follow each other, and again later', async () => {
  const { kept } = await keptWithClock();
  let reads = 0;
  const read = (): number => (reads += 1);
  expect([kept('a', read), kept('a', read), kept('b', () => 'another')]).toEqual([1, 1, 'another']);
  await vi.waitFor(() => expect(kept('a', read)).toBe(2));
});

test('what could not be read is not kept', async () => {
  const { kept } = await keptWithClock();
  expect([kept('a', () => undefined), kept('a', () => 'readable')]).toEqual([undefined, 'readable']);
});

test('nothing is kept over a jump of the wall clock, as after a restore from a snapshot', async () => {
  const { kept, set } = await keptWithClock();
  expect(kept('a', () => 'the machine of the snapshot')).toBe('the machine of the snapshot');
  set(3_600_000);
  expect(kept('a', () => 'this machine')).toBe('this machine');
  set(0);
  expect(kept('a', () => 'set back')).toBe('set back');
});
