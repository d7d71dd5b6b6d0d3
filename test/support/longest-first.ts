import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest test files, as measured; if a slow one starts last, one worker is busy while the others are idle. */
const LONGEST = [
  'test/faults/',
  'test/e2e/',
  'test/experiments/',
  'test/browser/',
  'test/compatibility/',
  'collector/src/main.test.ts',
  'collector/src/store/upgrade.test.ts',
  'collector/src/backup/',
  'test/harmless/',
  'test/import/',
  'collector/src/routes/',
  'test/accuracy/',
  'test/lifecycle/',
  'test/interop/',
  'examples/local-platform/src/handlers.test.ts',
  'collector/src/security/',
  'collector/src/ingest/ingest.test.ts',
  'collector/src/deletion/',
  'collector/src/correlate/reports/',
  'collector/src/correlate/rollup/',
];

/** Starts with the slowest files even if nothing was measured yet, as in a fresh checkout. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b) || Number(isShared(a)) - Number(isShared(b)));
  }
}

function place({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((part) => moduleId.includes(`/${part}`));
  return index < 0 ? LONGEST.length : index;
}

/** Files that share one worker run one after the other: any file in between would need its own worker. */
function isShared({ project }: TestSpecification): boolean {
  return !project.config.isolate;
}
