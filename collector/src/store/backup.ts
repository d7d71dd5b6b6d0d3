import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import {
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { CollectorError } from '../errors.ts';
import { lockDirectory } from '../inbox/index.ts';

const MANIFEST = 'backup.json';
const FORMAT = 1;
/** Of the process that holds the directory, not of the data. */
const LEFT_OUT = new Set(['collector.lock', 'collector.lock-journal', 'collector.pid']);

interface Manifest {
  readonly format: number;
  readonly createdAt: string;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Empty ones too: the engine wants them back. */
  readonly directories: readonly string[];
}

/** What was copied. */
export interface BackupSummary {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies a data directory, spans that still wait in the inbox included, while no collector uses it. The list of its
 * files with their checksums is written last, so a backup that was cut short is none.
 *
 * @throws {CollectorError} `ERR_DATA_DIR` when a collector has the directory, `ERR_BACKUP` when the target is not
 *   empty or cannot be written.
 */
export async function backUp(dataDir: string, target: string): Promise<BackupSummary> {
  const lock = lockDirectory(dataDir);
  try {
    await requireEmpty(target);
    const entries = await walk(dataDir);
    const files = [];
    for (const directory of entries.directories) await mkdir(join(target, directory), { recursive: true });
    for (const path of entries.files)
      files.push({ path, ...(await copy(join(dataDir, path), join(target, path))) });
    const links = await Promise.all(
      entries.links.map(async (path) => ({ path, target: await inside(dataDir, path) })),
    );
    const manifest: Manifest = {
      format: FORMAT,
      createdAt: new Date().toISOString(),
      files,
      links,
      directories: entries.directories,
    };
    await writeManifest(target, manifest);
    return summaryOf(manifest);
  } catch (error) {
    throw asBackupError(error, `the backup into ${target} failed`);
  } finally {
    lock.release();
  }
}

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
    for (const file of manifest.files) {
      const { sha256 } = await copy(join(source, file.path), join(dataDir, file.path));
      if (sha256 !== file.sha256) {
        throw new CollectorError('ERR_BACKUP', `${join(source, file.path)} is not as it was backed up`);
      }
    }
    for (const { path, target } of manifest.links) {
      await mkdir(dirname(join(dataDir, path)), { recursive: true });
      await symlink(relative(dirname(join(dataDir, path)), join(dataDir, target)), join(dataDir, path));
    }
    return summaryOf(manifest);
  } catch (error) {
    throw asBackupError(error, `the backup ${source} cannot be restored`);
  } finally {
    lock.release();
  }
}

function summaryOf({ files }: Manifest): BackupSummary {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function requireEmpty(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asBackupError(error, `${directory} cannot be used`);
  });
  if (entries.length > 0) throw new CollectorError('ERR_BACKUP', `${directory} is not empty`);
}

interface Entries {
  readonly files: string[];
  readonly links: string[];
  readonly directories: string[];
}

async function walk(root: string): Promise<Entries> {
  const found: Entries = { files: [], links: [], directories: [] };
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(join(root, directory), { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (directory === '' && LEFT_OUT.has(entry.name)) continue;
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

/** Where a link of the data directory points, from the root of it. */
async function inside(dataDir: string, path: string): Promise<string> {
  const target = await readlink(join(dataDir, path));
  const to = relative(dataDir, isAbsolute(target) ? target : join(dataDir, dirname(path), target));
  if (to !== '..' && !to.startsWith(`..${sep}`)) return to;
  throw new CollectorError('ERR_BACKUP', `${join(dataDir, path)} points out of the data directory`);
}

/** Copies, by reference where the file system can, and reads back what is there now. */
async function copy(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(to)) hash.update(chunk as Buffer);
  const file = await open(to, 'r');
  await file.sync();
  await file.close();
  return { bytes: (await lstat(to)).size, sha256: hash.digest('hex') };
}

async function writeManifest(target: string, manifest: Manifest): Promise<void> {
  const partial = join(target, `${MANIFEST}.partial`);
  await mkdir(target, { recursive: true });
  await writeFile(partial, `${JSON.stringify(manifest)}\n`, { flush: true });
  await rename(partial, join(target, MANIFEST));
}

async function readManifest(source: string): Promise<Manifest> {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(await readFile(join(source, MANIFEST), 'utf8')) as Partial<Manifest>;
  } catch (error) {
    throw asBackupError(error, `${source} is no whole backup`);
  }
  const { format, createdAt = '', files, links, directories } = manifest;
  if (format !== FORMAT || !files || !links || !directories) {
    throw new CollectorError('ERR_BACKUP', `${source} is a backup of a form this version does not know`);
  }
  const paths = [
    ...directories,
    ...files.map(({ path }) => path),
    ...links.flatMap(({ path, target }) => [path, target]),
  ];
  const outside = paths.find((path) => isAbsolute(path) || path.split(/[\\/]/).includes('..'));
  if (outside !== undefined)
    throw new CollectorError('ERR_BACKUP', `${source} names a file outside: ${outside}`);
  return { format, createdAt, files, links, directories };
}

function asBackupError(error: unknown, what: string): CollectorError {
  if (error instanceof CollectorError) return error;
  return new CollectorError('ERR_BACKUP', `${what}: ${(error as Error).message}`, { cause: error });
}
