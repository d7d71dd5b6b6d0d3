/**
 * Test files that share one worker share its process. A change that one of them leaves behind would reach the next one,
 * so the file that caused it fails here.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { afterAll, beforeAll } from 'vitest';

/** State that tests change at times, and others rely on. */
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
      Reflect.get(performance, 'now') as unknown,
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

// Registered in a setup file, so that it runs after all hooks of the test file.
afterAll(() => {
  deepStrictEqual(processState(), before, 'a test file left the process changed');
});
