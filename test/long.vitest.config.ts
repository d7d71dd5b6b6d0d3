import { defineConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** `npm run test:long`: what takes longer than `npm test` can spare: clusters, all faults, hard starts, backups under load. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['**/*.long.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
