import { defineConfig } from 'vitest/config';
import { suite } from '../support/suite.ts';

/** Experiments that take minutes: `npm run test:experiments`. One file at a time: runs would affect each other. */
export default defineConfig({
  test: {
    ...suite,
    include: ['test/experiments/**/*.{test,long}.ts'],
    testTimeout: 900_000,
    maxWorkers: 1,
  },
});
