import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Permissions to remove from everybody but the owner. */
export const PRIVATE_UMASK = 0o077;
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Removes access to a directory and its content for everybody but the owner: directories 0700, files 0600. It also
 * corrects existing files created under a wider umask; files that disappear meanwhile are ignored, links are not
 * followed.
 *
 * @throws the error of the file system for the directory itself
 */
export async function makePrivate(directory: string): Promise<void> {
  await chmod(directory, DIRECTORY_MODE);
  await mendEntries(directory);
}

async function mendEntries(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      await mend(path, DIRECTORY_MODE);
      await mendEntries(path);
    } else if (entry.isFile()) await mend(path, FILE_MODE);
  }
}

async function mend(path: string, mode: number): Promise<void> {
  try {
    const { mode: before } = await lstat(path);
    if ((before & PRIVATE_UMASK) !== 0) await chmod(path, mode);
  } catch {
    // It is gone, or has another owner.
  }
}
