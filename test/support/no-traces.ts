/**
 * Files that take turns in one worker share its process. What one of them leaves changed would reach the next, so it fails
 * here, where it comes from, and not there.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { afterAll, beforeAll } from 'vitest';

/** What tests change at times, and others rely on. */
function processState() {
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    umask: process.umask().toString(8),
    exitCode: process.exitCode,
    listeners: Object.fromEntries(
      process.eventNames().map((event) => [String(event), process.listenerCount(event)]),
    ),
    globals: [
      Date,
      Math.random,
      performance.now,
      fetch,
      setTimeout,
      setInterval,
      setImmediate,
      queueMicrotask,
    ],
  };
}

let before: ReturnType<typeof processState>;

beforeAll(() => {
  before = processState();
});

// Of a setup file, so that it runs after all hooks of the file.
afterAll(() => {
  deepStrictEqual(processState(), before, 'a file of tests left the process changed');
});
