import { defineConfig } from 'vitest/config';
import { suite } from '../support/suite.ts';

/** What takes minutes: `npm run test:experiments`. One file at a time, for runs would measure one another. */
export default defineConfig({
  test: {
    ...suite,
    include: ['test/experiments/**/*.{test,long}.ts'],
    testTimeout: 600_000,
    maxWorkers: 1,
  },
});
