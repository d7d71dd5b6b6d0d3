import { defineConfig } from 'vitest/config';

// Forks, not threads: the embedded engine cannot live in a worker thread, and signal tests need real processes.
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['{probes,sdk,collector,examples}/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
