import { defineConfig } from 'vitest/config';

/** `npm run test:clients`: clients that third-party generators make from the API description can read every route. */
export default defineConfig({
  test: {
    include: ['test/clients/*.matrix.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
