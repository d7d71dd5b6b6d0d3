import { wrap } from '@sandscope/sdk';
import { zipSync } from 'fflate';
import { InputError, readInput } from '../input.ts';
import { openBucket } from '../object-storage.ts';

const MAX_FILES = 1000;

/**
 * Packs objects of a bucket into an archive and stores it there, like SeBS' `compression`: much CPU and memory, and as
 * much network. Takes `{"keys": "a.txt,b/c.txt", "archive": "all.zip"}`.
 */
async function compression(event: unknown) {
  const { keys: list, archive } = readInput(event, {
    keys: 'string',
    archive: 'string',
  });
  const keys = list.split(',').filter((key) => key !== '');
  if (keys.length === 0 || keys.length > MAX_FILES)
    throw new InputError(`keys must name 1 to ${MAX_FILES} objects, not ${keys.length}`);
  const storage = openBucket();
  const began = performance.now();
  const files = await Promise.all(keys.map(async (key) => [key, await storage.get(key)] as const));
  const downloaded = performance.now();
  const zip = Buffer.from(zipSync(Object.fromEntries(files)));
  const computed = performance.now();
  await storage.put(archive, zip, 'application/zip');
  return {
    key: archive,
    bytesBefore: files.reduce((sum, [, bytes]) => sum + bytes.length, 0),
    bytes: zip.length,
    downloadMs: downloaded - began,
    computeMs: computed - downloaded,
    uploadMs: performance.now() - computed,
  };
}

export const handler = wrap(compression);
