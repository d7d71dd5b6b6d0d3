import { readFile, rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { CollectorError } from '../errors/errors.ts';
import { makeDirectory } from '../process/index.ts';
import { asBackupError } from './backup-error.ts';

const MANIFEST = 'backup.json';
const FORMAT = 1;

export interface BackupFile {
  /** Path relative to the root of the data directory. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The contents of a backup. */
export interface Manifest {
  readonly format: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly files: readonly BackupFile[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Including empty ones: the engine needs them. */
  readonly directories: readonly string[];
}

/** The copied files. */
export interface BackupSummary {
  readonly files: number;
  readonly bytes: number;
}

export function summaryOf({ files }: Manifest): BackupSummary {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Completes a backup by writing the manifest; without it, the directory is not a backup. */
export async function writeManifest(
  target: string,
  content: Omit<Manifest, 'format' | 'createdAt'>,
): Promise<BackupSummary> {
  const manifest: Manifest = { format: FORMAT, createdAt: new Date().toISOString(), ...content };
  const partial = join(target, `${MANIFEST}.partial`);
  makeDirectory(target);
  await writeFile(partial, `${JSON.stringify(manifest)}\n`, { flush: true });
  await rename(partial, join(target, MANIFEST));
  return summaryOf(manifest);
}

/** @throws {CollectorError} `ERR_BACKUP` when there is none, or it has another version or names files outside. */
export async function readManifest(source: string): Promise<Manifest> {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(await readFile(join(source, MANIFEST), 'utf8')) as Partial<Manifest>;
  } catch (error) {
    throw asBackupError(error, `${source} is not a complete backup`);
  }
  const { format, createdAt = '', files, links, directories } = manifest;
  if (format !== FORMAT || !files || !links || !directories) {
    throw new CollectorError('ERR_BACKUP', `${source} is a backup in a format that this version cannot read`);
  }
  const paths = [
    ...directories,
    ...files.map(({ path }) => path),
    ...links.flatMap(({ path, target }) => [path, target]),
  ];
  const outside = paths.find((path) => isAbsolute(path) || path.split(/[\\/]/).includes('..'));
  if (outside !== undefined)
    throw new CollectorError('ERR_BACKUP', `${source} lists a file outside of the backup: ${outside}`);
  return { format, createdAt, files, links, directories };
}
