import { join } from 'node:path';
import { lockDirectory } from '../inbox/index.ts';
import { makeDirectory } from '../process/index.ts';
import { asBackupError } from './backup-error.ts';
import { copyAll, readLinks, requireEmpty, walk } from './files.ts';
import type { BackupSummary } from './manifest.ts';
import { writeManifest } from './manifest.ts';
import type { Report } from './progress.ts';
import { progressOf } from './progress.ts';
import { isOfSnapshot } from './snapshot.ts';

/** Files that belong to the process that uses the directory; they hold no data. */
const LEFT_OUT = new Set(['collector.lock', 'collector.lock-journal', 'collector.pid']);

/**
 * Copies a data directory, including spans that still wait in the inbox, while no collector uses it. The list of its
 * files with their checksums is written last, so an interrupted backup is not valid.
 *
 * @throws {CollectorError} `ERR_DATA_DIR` when a collector holds the directory, `ERR_BACKUP` when the target is not
 *   empty or not writable.
 */
export async function backUpOffline(
  dataDir: string,
  target: string,
  report: Report = () => undefined,
): Promise<BackupSummary> {
  const lock = lockDirectory(dataDir);
  try {
    await requireEmpty(target);
    const entries = await walk(dataDir, (path) => !LEFT_OUT.has(path) && !isOfSnapshot(path));
    for (const directory of entries.directories) makeDirectory(join(target, directory));
    const files = await copyAll(
      entries.files.map((path) => ({ from: join(dataDir, path), path })),
      target,
      progressOf(entries.files.length, report),
    );
    const links = await readLinks(dataDir, entries.links);
    return await writeManifest(target, { files, links, directories: entries.directories });
  } catch (error) {
    throw asBackupError(error, `the backup into ${target} failed`);
  } finally {
    lock.release();
  }
}
