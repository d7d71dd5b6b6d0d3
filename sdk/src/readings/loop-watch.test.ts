import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LoopWatch } from './loop-watch.ts';

function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

test('a handler that blocks before it ends is measured, although the loop never turned', () => {
  const watch = new LoopWatch();
  watch.begin();
  block(60);
  watch.end();
  const delay = watch.take()!;
  expect(delay.maxMs).toBeGreaterThanOrEqual(60);
  expect(delay.meanMs).toBe(delay.maxMs);
});

test('blocking between two waits is measured, the waits are not', async () => {
  const watch = new LoopWatch();
  watch.begin();
  await sleep(1500);
  watch.end();
  const idle = watch.take()!;
  watch.begin();
  await sleep(10);
  block(200);
  await sleep(10);
  watch.end();
  const blocked = watch.take()!;
  expect(idle.maxMs).toBeLessThan(750);
  expect(blocked.maxMs).toBeGreaterThanOrEqual(200);
  expect(blocked.meanMs).toBeLessThan(blocked.maxMs);
});

test('one invocation is watched after each take; without one there is no result', () => {
  const watch = new LoopWatch();
  expect(watch.take()).toBeUndefined();
  watch.begin();
  watch.end();
  watch.begin();
  // Far longer than a busy machine may delay the first one.
  block(500);
  watch.end();
  expect(watch.take()!.maxMs).toBeLessThan(500);
  expect(watch.take()).toBeUndefined();
});

test('does not keep a process alive, and stops with the invocation', async () => {
  const watch = new LoopWatch();
  watch.begin();
  expect(process.getActiveResourcesInfo()).not.toContain('Immediate');
  watch.end();
  const before = watch.take()!;
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(before).toBeDefined();
  expect(watch.take()).toBeUndefined();
});
