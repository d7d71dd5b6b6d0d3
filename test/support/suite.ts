import { fileURLToPath } from 'node:url';
import { LongestFirst } from './longest-first.ts';

// The tests start hundreds of processes from the same sources, each of which would strip the types and compile again.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('../../node_modules/.cache/node-compile', import.meta.url),
);

/** The settings shared by all test commands. */
export const suite = {
  // Forks, not threads: the embedded engine cannot live in a worker thread, and signal tests need real processes.
  pool: 'forks' as const,
  include: ['{probes,sdk,collector,examples}/**/*.test.ts', 'test/**/*.test.ts'],
  // Tests that take longer than the test command can spare on two cores have their own command: `npm run test:long`.
  exclude: ['**/node_modules/**', '**/dist/**', '**/*.long.test.ts'],
  globalSetup: ['test/global-setup.ts'],
  // On an idle machine, results arrive at once; a busy one may need many times as long. Being late is not a test
  // failure: these limits only end tests that would never finish.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 60_000 } },
  // One more than the cores of a small machine: tests spend a good part of their time waiting for other processes.
  maxWorkers: 3,
  sequence: { sequencer: LongestFirst },
};
