/**
 * `npm run pack`: the tarballs of all packages, as `npm publish` would send them, in `dist/` of the root.
 *
 *     npm run pack
 *     npm install --prefix my-project ./dist/sandscope-sdk-0.1.0.tgz
 */
import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { distOf, ROOT, workspaces } from './packages.ts';

/**
 * Packs the built packages.
 *
 * @param folder of the tarballs, created if it does not exist
 * @param which workspaces; default all
 * @returns the files by the name of their package
 */
export async function pack(folder: string, which?: readonly string[]): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder, { recursive: true });
  const folders = (which ?? (await workspaces())).map(distOf);
  const output = execFileSync('npm', ['pack', '--json', '--pack-destination', folder, ...folders], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const packed = JSON.parse(output) as readonly { readonly name: string; readonly filename: string }[];
  return new Map(packed.map(({ name, filename }) => [name, join(folder, filename)]));
}

if (import.meta.main) {
  const folder = join(ROOT, 'dist');
  await rm(folder, { recursive: true, force: true });
  for (const file of (await pack(folder)).values()) process.stdout.write(`${file}\n`);
}
