import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The files of the page. */
export interface Bundle {
  readonly document: string;
  readonly assets: ReadonlyMap<string, { readonly type: string; readonly content: Buffer }>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * In the package it is beside this file; a clone builds it from its sources if they are newer, in about a second. An image
 * is built from a clone, and has the result without the builder.
 */
const PACKAGED = new URL('./page/', import.meta.url);
const CLONED = new URL('../../web/dist/', import.meta.url);
const BUILDER = new URL('../../../.ci/page.ts', import.meta.url);

/** @throws {Error} when there is no bundle and none can be built */
export async function loadBundle(): Promise<Bundle> {
  const isPackaged = existsSync(new URL('index.html', PACKAGED));
  // In a separate process: the bundler's memory would otherwise stay in the collector.
  if (!isPackaged && existsSync(BUILDER))
    await promisify(execFile)(process.execPath, [fileURLToPath(BUILDER)]);
  const folder = isPackaged ? PACKAGED : CLONED;
  const files = await readdir(new URL('assets/', folder));
  const assets = files.map(async (file) => {
    const content = await readFile(new URL(`assets/${file}`, folder));
    return [file, { type: TYPES[extname(file)] ?? 'application/octet-stream', content }] as const;
  });
  return {
    document: await readFile(new URL('index.html', folder), 'utf8'),
    assets: new Map(await Promise.all(assets)),
  };
}
