import { defineConfig } from 'vitest/config';
import { suite } from './test/support/suite.ts';

/**
 * Tests that leave their process as it was: these files take turns in the same workers, which spares each of them the start
 * of a process and the loading of what others have loaded. `no-traces.ts` fails one that changes it.
 */
const SHARED = [
  // Not those whose subject is the process itself.
  'collector/src/!(control|doctor|inbox|process)/**/*.test.ts',
  'collector/web/**/*.test.ts',
  'test/{accuracy,deploy,docs,scale}/**/*.test.ts',
];

// The first three are asked of the whole, not of a project.
const { globalSetup, maxWorkers, sequence, include, exclude, ...each } = suite;

export default defineConfig({
  test: {
    globalSetup,
    maxWorkers,
    sequence,
    projects: [
      { test: { ...each, name: 'own process', include, exclude: [...exclude, ...SHARED] } },
      {
        test: {
          ...each,
          name: 'shared process',
          include: SHARED,
          exclude,
          isolate: false,
          setupFiles: ['test/support/no-traces.ts'],
        },
      },
    ],
  },
});
