import { defineConfig } from 'vitest/config';
import { suite } from '../support/suite.ts';

/** What takes minutes, for the programs it starts one after the other: `npm run test:aws`. */
export default defineConfig({ test: { ...suite, include: ['test/interop/**/*.long.ts'] } });
