import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { importError } from '../import-error.ts';
import type { Source } from './source.ts';

export type { Source } from './source.ts';

/**
 * Resolves paths to files: a folder becomes all files below it, sorted by name, without hidden ones.
 *
 * @throws {CollectorError} `ERR_IMPORT_INPUT` if one does not exist or a folder is empty
 */
export async function findFiles(paths: readonly string[]): Promise<Source[]> {
  const found: Source[] = [];
  for (const path of paths) {
    if (path === '-') found.push({ path, wasFound: false });
    else found.push(...(await findIn(path)));
  }
  return found;
}

async function findIn(path: string): Promise<Source[]> {
  const sources: Source[] = [];
  try {
    const facts = await stat(path);
    if (!facts.isDirectory()) return [sourceOf(path, facts, false)];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const file of files) sources.push(sourceOf(file, await stat(file), true));
  } catch (error) {
    throw importError('ERR_IMPORT_INPUT', `${path} cannot be read: ${(error as Error).message}`, error);
  }
  if (sources.length === 0) throw importError('ERR_IMPORT_INPUT', `there is no file in ${path}`);
  return sources;
}

/** The size of a pipe is meaningless. */
function sourceOf(
  path: string,
  facts: { readonly size: number; isFile(): boolean },
  wasFound: boolean,
): Source {
  return { path, wasFound, ...(facts.isFile() && { bytes: facts.size }) };
}
