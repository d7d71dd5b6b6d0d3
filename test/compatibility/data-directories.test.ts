/** Data directories and backups that earlier commits wrote answer as they did then. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/stack.ts';
import { askDirectory, type Answers, type Period } from './answers.ts';

const DIRECTORIES = fileURLToPath(new URL('../fixtures/data-directories/', import.meta.url));
/** Time for a start of the engine on a busy machine. */
const TIMEOUT_MILLIS = 240_000;
const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

/** Everything in a directory, and the directory itself, that others than its owner have access to. */
function openToOthers(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return [directory, ...entries.map((entry) => join(directory, entry))].filter((path) => {
    const found = lstatSync(path);
    return !found.isSymbolicLink() && (found.mode & 0o077) !== 0;
  });
}

describe.each(readdirSync(DIRECTORIES))('a data directory of %s', (name) => {
  const { period, answers } = JSON.parse(readFileSync(join(DIRECTORIES, name, 'answers.json'), 'utf8')) as {
    period: Period;
    answers: Answers;
  };
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const unpack = (file: string): void => {
    execFileSync('tar', ['-xzf', join(DIRECTORIES, name, file), '-C', folder.path]);
  };

  it(
    'opens',
    async () => {
      unpack('data.tar.gz');
      expect(await askDirectory(MAIN, folder.path, period)).toEqual(answers);
      expect(openToOthers(join(folder.path, 'collector'))).toEqual([]); // whatever it was before
    },
    TIMEOUT_MILLIS,
  );

  it(
    'is restored from its backup',
    async () => {
      unpack('backup.tar.gz');
      const backup = join(folder.path, 'monday');
      await rename(join(folder.path, 'backup'), backup);
      const umask = process.umask(0);
      execFileSync(process.execPath, [MAIN, 'restore', backup, '--data', join(folder.path, 'collector')]);
      process.umask(umask);
      expect(openToOthers(join(folder.path, 'collector'))).toEqual([]);
      expect(await askDirectory(MAIN, folder.path, period)).toEqual(answers);
    },
    TIMEOUT_MILLIS,
  );
});
