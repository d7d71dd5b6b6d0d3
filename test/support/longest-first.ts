import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, as measured; a long one that begins last keeps one worker busy while the others rest. */
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

/** Begins with the longest files also where nothing was measured yet, as in a fresh checkout. */
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

/** Files that take turns in one worker come one after the other: in between, another would need a worker of its own. */
function isShared({ project }: TestSpecification): boolean {
  return !project.config.isolate;
}
