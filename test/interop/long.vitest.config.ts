import { defineConfig } from 'vitest/config';
import { suite } from '../support/suite.ts';

/** Tests that take minutes because they start programs one after the other: `npm run test:aws`. */
export default defineConfig({ test: { ...suite, include: ['test/interop/**/*.long.ts'] } });
