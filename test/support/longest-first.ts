import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, as measured; a long one that begins last keeps one worker busy while the others rest. */
const LONGEST = [
  'test/faults/',
  'test/e2e/',
  'collector/src/backup/',
  'collector/src/store/upgrade.test.ts',
  'test/browser/',
  'test/experiments/',
  'collector/src/routes/',
  'collector/src/correlate/reports/',
  'collector/src/main.test.ts',
  'collector/src/correlate/rollup/',
  'collector/src/ingest/ingest.test.ts',
];

/** Begins with the longest files also where nothing was measured yet, as in a fresh checkout. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a.moduleId) - place(b.moduleId));
  }
}

function place(path: string): number {
  const index = LONGEST.findIndex((part) => path.includes(`/${part}`));
  return index < 0 ? LONGEST.length : index;
}
