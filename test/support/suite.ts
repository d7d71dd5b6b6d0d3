import { fileURLToPath } from 'node:url';
import { LongestFirst } from './longest-first.ts';

// The tests start hundreds of processes from the same sources, each of which would strip the types and compile anew.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../../node_modules/.cache/node-compile', import.meta.url),
);

/** What every command of tests has in common. */
export const suite = {
  // Forks, not threads: the embedded engine cannot live in a worker thread, and signal tests need real processes.
  pool: 'forks' as const,
  include: ['{probes,sdk,collector,examples}/**/*.test.ts', 'test/**/*.test.ts'],
  // What takes longer than the test command can spare on two cores has a command of its own: `npm run test:long`.
  exclude: ['**/node_modules/**', '**/dist/**', '**/*.long.test.ts'],
  globalSetup: ['test/global-setup.ts'],
  // What is waited for comes at once on a machine that is at rest; a busy one may need many times as long. That
  // something is late is no finding of a test; these only end what would never come.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 60_000 } },
  // One more than the cores of a small machine: a good part of the tests' time is waiting for other processes.
  maxWorkers: 3,
  sequence: { sequencer: LongestFirst },
};
