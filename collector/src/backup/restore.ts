import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { detachInboxCopy, INBOX_FILE, lockDirectory } from '../inbox/index.ts';
import { makePrivate } from '../process/index.ts';
import { asBackupError } from './backup-error.ts';
import { copyAll, requireEmpty } from './files.ts';
import type { BackupSummary, Manifest } from './manifest.ts';
import { readManifest, summaryOf } from './manifest.ts';

/**
 * Puts a backup into an empty data directory. Every file is checked against its checksum as it is copied.
 *
 * @throws {CollectorError} `ERR_BACKUP` when the source is no whole backup or the data directory is not empty,
 *   `ERR_DATA_DIR` when it cannot be made.
 */
export async function restore(source: string, dataDir: string): Promise<BackupSummary> {
  const manifest = await readManifest(source);
  await requireEmpty(dataDir);
  const lock = lockDirectory(dataDir);
  try {
    for (const directory of manifest.directories) await mkdir(join(dataDir, directory), { recursive: true });
    const files = manifest.files.map(({ path, sha256 }) => ({ from: join(source, path), path, sha256 }));
    await copyAll(files, dataDir);
    for (const { path, target } of manifest.links) {
      await mkdir(dirname(join(dataDir, path)), { recursive: true });
      await symlink(relative(dirname(join(dataDir, path)), join(dataDir, target)), join(dataDir, path));
    }
    renewInbox(manifest, dataDir);
    await makePrivate(dataDir);
    return summaryOf(manifest);
  } catch (error) {
    throw asBackupError(error, `the backup ${source} cannot be restored`);
  } finally {
    lock.release();
  }
}

/**
 * A ClickHouse the tables are in remembers what the original inserted after the backup, under tokens the restored inbox
 * would use again for other spans. Tables that come with the backup remember what its inbox knows of, and no more.
 */
function renewInbox({ files }: Manifest, dataDir: string): void {
  const hasTables = files.some(({ path }) => path.startsWith('engine/'));
  const hasInbox = files.some(({ path }) => path === INBOX_FILE);
  if (hasInbox && !hasTables) detachInboxCopy(join(dataDir, INBOX_FILE), undefined);
}
