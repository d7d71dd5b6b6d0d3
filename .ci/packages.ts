/**
 * The published packages: the workspaces of the root manifest. Each has its package in `dist/`, with its own manifest,
 * so that the workspaces themselves keep pointing at their sources.
 */
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface Manifest {
  name: string;
  version: string;
  bin?: Record<string, string>;
  /** Source files by the name they are imported under. */
  exports?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  [field: string]: unknown;
}

/** @param workspace folder below the root; default: the root itself */
export async function readManifest(workspace = ''): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, workspace, 'package.json'), 'utf8')) as Manifest;
}

/** The folders of the packages, each after its dependencies. */
export async function workspaces(): Promise<readonly string[]> {
  return (await readManifest())['workspaces'] as string[];
}

export const distOf = (workspace: string): string => join(ROOT, workspace, 'dist');

/** The published Lambda layer. */
export const LAYER_ZIP = join(ROOT, 'sdk/layer/sandscope-layer.zip');

/** Name of the file that `notices.ts` writes. */
export const NOTICES = 'THIRD_PARTY_NOTICES.md';

/** The files of a package with entries, in addition to those that npm always includes. */
export const LIBRARY_FILES = ['*.mjs', '*.cjs', '*.d.mts', '*.d.cts', NOTICES];

/** A file that others import, or that is loaded by its path. */
export interface Entry {
  /** As in `exports`. */
  readonly key: string;
  /** Relative to the workspace. */
  readonly source: string;
  /** Name of its files in the package, without extension. */
  readonly name: string;
}

/** @param main name of the files of the entry `.` */
export function entriesOf({ exports = {} }: Manifest, main = 'index'): readonly Entry[] {
  return Object.entries(exports).map(([key, source]) => ({
    key,
    source,
    name: key === '.' ? main : key.slice(2),
  }));
}

/**
 * The manifest fields that locate the files of entries: for Node, for bundlers, and for all of TypeScript's ways to
 * resolve modules. Each entry has an ES module and a CommonJS one, and declarations for each.
 */
export function entryFields(entries: readonly Entry[]): Record<string, unknown> {
  const files = (name: string, kind: 'm' | 'c'): Record<string, string> => ({
    types: `./${name}.d.${kind}ts`,
    default: `./${name}.${kind}js`,
  });
  const main = entries.find(({ key }) => key === '.');
  const others = entries.filter((entry) => entry !== main);
  return {
    exports: {
      ...Object.fromEntries(
        entries.map(({ key, name }) => [key, { import: files(name, 'm'), require: files(name, 'c') }]),
      ),
      './package.json': './package.json',
    },
    // For TypeScript's resolution `node10`, which does not read `exports`.
    ...(main && { main: `./${main.name}.cjs`, types: `./${main.name}.d.cts` }),
    typesVersions: { '*': Object.fromEntries(others.map(({ name }) => [name, [`./${name}.d.cts`]])) },
  };
}

/**
 * Writes the files that every package has beside its code: the manifest, the README and the licence.
 *
 * @param fields replace those of the workspace's manifest
 */
export async function writePackage(workspace: string, fields: Record<string, unknown>): Promise<void> {
  const dist = distOf(workspace);
  const { license, repository } = await readManifest();
  const { private: _kept, scripts: _ours, exports: _sources, ...manifest } = await readManifest(workspace);
  const published = {
    ...manifest,
    license,
    repository: { ...(repository as object), directory: workspace },
    ...fields,
  };
  await replaceFile(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
  await copyFile(join(ROOT, 'LICENSE'), join(dist, 'LICENSE'));
  await copyFile(join(ROOT, workspace, 'README.md'), join(dist, 'README.md'));
}

/** Third-party files among the bundled ones would need their licence in the package. */
export function refuseThirdParty(paths: readonly string[]): void {
  const foreign = paths.filter((path) => /[\\/]node_modules[\\/]/.test(path));
  if (foreign.length > 0)
    throw new Error(`third-party code is bundled without its licence: ${foreign.join(', ')}`);
}

/** Replaces a file atomically, and only if it differs: another process may be reading it. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(bytes)) return;
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}
