import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, readdir, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { CollectorError } from '../errors/errors.ts';
import { makeDirectory } from '../process/index.ts';
import { asBackupError } from './backup-error.ts';
import type { BackupFile } from './manifest.ts';

/** @throws {CollectorError} `ERR_BACKUP` when the directory is not empty; a missing one counts as empty. */
export async function requireEmpty(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asBackupError(error, `${directory} cannot be used`);
  });
  if (entries.length > 0) throw new CollectorError('ERR_BACKUP', `${directory} is not empty`);
}

/** Paths relative to the walked root. */
export interface Entries {
  readonly files: string[];
  readonly links: string[];
  readonly directories: string[];
}

/** @param isWanted gets each path; directories it rejects are not entered. Default all. */
export async function walk(root: string, isWanted = (_path: string): boolean => true): Promise<Entries> {
  const found: Entries = { files: [], links: [], directories: [] };
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(join(root, directory), { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (!isWanted(path)) continue;
      if (entry.isSymbolicLink()) found.links.push(path);
      else if (entry.isDirectory()) {
        found.directories.push(path);
        await visit(path);
      } else if (entry.isFile()) found.files.push(path);
    }
  };
  await visit('');
  return found;
}

/** Symbolic links of the data directory, and their targets, relative to its root. */
export function readLinks(
  dataDir: string,
  paths: readonly string[],
): Promise<{ path: string; target: string }[]> {
  return Promise.all(paths.map(async (path) => ({ path, target: await inside(dataDir, path) })));
}

async function inside(dataDir: string, path: string): Promise<string> {
  const target = await readlink(join(dataDir, path));
  const to = relative(dataDir, isAbsolute(target) ? target : join(dataDir, dirname(path), target));
  if (to !== '..' && !to.startsWith(`..${sep}`)) return to;
  throw new CollectorError('ERR_BACKUP', `${join(dataDir, path)} points outside of the data directory`);
}

/** A file of a data directory or a backup. */
export interface ToCopy {
  readonly from: string;
  /** Path relative to the root of the destination. */
  readonly path: string;
  /** Expected content. Default any. */
  readonly sha256?: string;
}

/**
 * Batch size between syncs. A sync waits for the file system's journal; syncs of many files together wait about once.
 * Large writes delay other syncs, such as the inbox's: at 1000 spans per second on a busy machine with two CPUs, the
 * slowest acknowledgement took 350 ms longer with 64 MiB, and no longer than without a backup with 8 MiB
 * (`npm run bench:backup -- --rate 1000`).
 */
const SYNC_FILES = 128;
const SYNC_BYTES = 8 * 1024 ** 2;
const READ_BYTES = 1024 ** 2;

/**
 * Copies one file after the other, which leaves the disk to others in between. All of them are on disk at the end.
 *
 * @throws {CollectorError} `ERR_BACKUP` for a file with unexpected content; the reason of the signal; an error of the
 *   file system
 */
export async function copyAll(
  files: readonly ToCopy[],
  target: string,
  onCopied: (files: number, bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<BackupFile[]> {
  const copied: BackupFile[] = [];
  let bytes = 0;
  let unsynced: string[] = [];
  let unsyncedBytes = 0;
  const sync = async (): Promise<void> => {
    await Promise.all(unsynced.map((path) => syncFile(path)));
    unsynced = [];
    unsyncedBytes = 0;
  };
  for (const { from, path, sha256 } of files) {
    signal?.throwIfAborted();
    const to = join(target, path);
    makeDirectory(dirname(to));
    // As a reflink if the file system supports it.
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const file = { path, ...(await digest(to)) };
    if (sha256 !== undefined && sha256 !== file.sha256) {
      throw new CollectorError('ERR_BACKUP', `${from} differs from the backup's list of files`);
    }
    copied.push(file);
    bytes += file.bytes;
    unsynced.push(to);
    unsyncedBytes += file.bytes;
    if (unsynced.length >= SYNC_FILES || unsyncedBytes >= SYNC_BYTES) await sync();
    onCopied(copied.length, bytes);
  }
  await sync();
  return copied;
}

/** Current length and hash of a file's content. */
export async function digest(path: string): Promise<Omit<BackupFile, 'path'>> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafe(Math.min(size + 1, READ_BYTES));
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
