import { defineConfig } from 'vitest/config';

/** `npm run test:packages`: what installs the packages from their tarballs, with tools of its own, from the registry. */
export default defineConfig({
  test: {
    include: ['test/packages/*.matrix.ts'],
    globalSetup: ['test/packages/toolchain.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
