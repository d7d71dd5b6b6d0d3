import { symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { detachInboxCopy, INBOX_FILE, lockDirectory } from '../inbox/index.ts';
import { makeDirectory, makePrivate } from '../process/index.ts';
import { asBackupError } from './backup-error.ts';
import { copyAll, requireEmpty } from './files.ts';
import type { BackupSummary, Manifest } from './manifest.ts';
import { readManifest, summaryOf } from './manifest.ts';

/**
 * Restores a backup into an empty data directory. The checksum of every file is verified while copying.
 *
 * @throws {CollectorError} `ERR_BACKUP` when the source is not a complete backup or the data directory is not empty,
 *   `ERR_DATA_DIR` when it cannot be created.
 */
export async function restore(source: string, dataDir: string): Promise<BackupSummary> {
  const manifest = await readManifest(source);
  await requireEmpty(dataDir);
  const lock = lockDirectory(dataDir);
  try {
    for (const directory of manifest.directories) makeDirectory(join(dataDir, directory));
    const files = manifest.files.map(({ path, sha256 }) => ({ from: join(source, path), path, sha256 }));
    await copyAll(files, dataDir);
    for (const { path, target } of manifest.links) {
      makeDirectory(dirname(join(dataDir, path)));
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
 * With external tables, ClickHouse remembers inserts after the backup, under tokens that the restored inbox would use
 * again for other spans. Tables within the backup only remember tokens that its inbox knows.
 */
function renewInbox({ files }: Manifest, dataDir: string): void {
  const hasTables = files.some(({ path }) => path.startsWith('engine/'));
  const hasInbox = files.some(({ path }) => path === INBOX_FILE);
  if (hasInbox && !hasTables) detachInboxCopy(join(dataDir, INBOX_FILE), undefined);
}
