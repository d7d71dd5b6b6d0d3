import { defineConfig } from 'vitest/config';

/** `npm run test:clients`: clients that other people's generators make of the description of the API read every route. */
export default defineConfig({
  test: {
    include: ['test/clients/*.matrix.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
