import { defineConfig } from 'vitest/config';
import { suite } from './support/suite.ts';

/** `npm run test:long`: what takes longer than `npm test` can spare: clusters, all faults, hard starts, backups under load. */
export default defineConfig({
  test: {
    ...suite,
    include: ['**/*.long.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
