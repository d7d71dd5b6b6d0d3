import { defineConfig } from 'vitest/config';
import { suite } from './support/suite.ts';

/** `npm run test:long`: tests too slow for `npm test`: clusters, all faults, hard starts, backups under load. */
export default defineConfig({
  test: {
    ...suite,
    include: ['**/*.long.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
