import { defineConfig } from 'vitest/config';

/** `npm run test:packages`: tests that install the packages from their tarballs, with tools from the registry. */
export default defineConfig({
  test: {
    include: ['test/packages/*.matrix.ts'],
    globalSetup: ['test/packages/toolchain.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
