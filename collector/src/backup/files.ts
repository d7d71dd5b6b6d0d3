import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { CollectorError } from '../errors.ts';
import { asBackupError } from './backup-error.ts';
import type { BackupFile } from './manifest.ts';

/** @throws {CollectorError} `ERR_BACKUP` when there is something in it; one that is not there is empty. */
export async function requireEmpty(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asBackupError(error, `${directory} cannot be used`);
  });
  if (entries.length > 0) throw new CollectorError('ERR_BACKUP', `${directory} is not empty`);
}

/** Paths from the root that was walked. */
export interface Entries {
  readonly files: string[];
  readonly links: string[];
  readonly directories: string[];
}

/** @param isWanted told each path; what is in a directory that is not wanted is not looked at. Default all. */
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

/** Links of the data directory, and where they point, from the root of it. */
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
  throw new CollectorError('ERR_BACKUP', `${join(dataDir, path)} points out of the data directory`);
}

/** Copies, by reference where the file system can, and reads back what is there now. */
export async function copy(from: string, to: string): Promise<Omit<BackupFile, 'path'>> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  return digest(to);
}

/** Length and hash of a file, which is on disk afterwards. */
export async function digest(path: string): Promise<Omit<BackupFile, 'path'>> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const file = await open(path, 'r');
  await file.sync();
  await file.close();
  return { bytes: (await lstat(path)).size, sha256: hash.digest('hex') };
}

/** A file of the data directory, where it is and what it is called in the backup. */
export interface ToCopy {
  readonly from: string;
  readonly path: string;
}

/** Copies one after the other, which leaves the disk to others in between. @throws the reason of the signal */
export async function copyAll(
  files: readonly ToCopy[],
  target: string,
  onCopied: (files: number, bytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<BackupFile[]> {
  const copied: BackupFile[] = [];
  let bytes = 0;
  for (const { from, path } of files) {
    signal?.throwIfAborted();
    const file = { path, ...(await copy(from, join(target, path))) };
    copied.push(file);
    bytes += file.bytes;
    onCopied(copied.length, bytes);
  }
  return copied;
}
