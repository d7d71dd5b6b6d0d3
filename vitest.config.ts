import { defineConfig } from 'vitest/config';
import { suite } from './test/support/suite.ts';

/**
 * Tests that leave their process as it was: these files take turns in the same workers, which spares each of them the start
 * of a process and the loading of what others have loaded. `no-traces.ts` fails one that changes it.
 */
const SHARED = [
  'collector/src/{charts,config,correlate,deletion,function-metrics,import,jaeger}/**/*.test.ts',
  'collector/src/{otlp,prices,redact,report,routes,statistics}/**/*.test.ts',
  'collector/web/**/*.test.ts',
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
