/**
 * Declarations of a package: a file beside each entry's code, and one with the shared ones. They contain exactly what
 * is reachable from the entries, including types from other workspaces.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { compile } from './compile.ts';
import type { Entry } from './packages.ts';
import { distOf, entriesOf, readManifest, ROOT, workspaces } from './packages.ts';

const declarationOf = (folder: string, workspace: string, source: string): string =>
  join(folder, workspace, source.replace(/\.ts$/, '.d.ts'));

/** Resolves the workspaces, which otherwise resolve to their sources, to their declarations. */
async function workspaceDeclarations(folder: string): Promise<Plugin> {
  const files = new Map<string, string>();
  for (const workspace of await workspaces()) {
    const manifest = await readManifest(workspace);
    for (const { key, source } of entriesOf(manifest))
      files.set(join(manifest.name, key), declarationOf(folder, workspace, source));
  }
  return { name: 'workspace-declarations', resolveId: (name) => files.get(name) };
}

/**
 * Writes the declarations of packages into their `dist/`, for ES modules and for CommonJS.
 *
 * @param packages the entries by workspace
 */
export async function writeDeclarations(packages: Readonly<Record<string, readonly Entry[]>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-declarations-'));
  try {
    const options = { declaration: true, emitDeclarationOnly: true, rootDir: ROOT, outDir: folder };
    await compile(Object.keys(packages), options);
    const ours = await workspaceDeclarations(folder);
    for (const [workspace, entries] of Object.entries(packages)) {
      const bundle = await rolldown({
        input: Object.fromEntries(
          entries.map(({ name, source }) => [name, declarationOf(folder, workspace, source)]),
        ),
        external: (name) => !/^[./]|^@sandscope\//.test(name),
        // The declarations exist already: the generator has nothing to do.
        plugins: [ours, dts({ dtsOnly: true, tsconfig: false, generator: 'oxc' })],
      });
      for (const kind of ['mts', 'cts'] as const)
        await bundle.write({
          dir: distOf(workspace),
          format: 'es',
          entryFileNames: `[name].d.${kind}`,
          chunkFileNames: `shared.d.${kind}`,
        });
      await bundle.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
