/**
 * `npm run build`: a publishable `dist/` in every workspace.
 *
 * - `sdk/layer/dist`: the Lambda layer, as mounted at `/opt`, and `sdk/layer/sandscope-layer.zip`, as published.
 * - `sdk/dist`: `sandscope.mjs` and `sandscope.cjs`, one file each without dependencies; per further entry, a small
 *   file of both kinds that imports the first.
 * - `probes/dist`: a file of both kinds per entry; in `inside/`, which is not published, each instrument separately.
 * - Declarations beside each of these files.
 * - `collector/dist`: the command, one `.js` file per source file.
 */
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { LayerFile } from './layer-zip.ts';
import { layerZip } from './layer-zip.ts';
import {
  LAYER_ZIP,
  LIBRARY_FILES,
  entriesOf,
  entryFields,
  readManifest,
  replaceFile,
  ROOT,
  writePackage,
} from './packages.ts';
import { bundleSdk } from './sdk-bundle.ts';

/** One copy of the core per process, whichever entries are loaded: imports of the SDK's index resolve to that file. */
function sharedCore(extension: string): Plugin {
  const path = `./sandscope.${extension}`;
  return {
    name: 'shared-core',
    setup(build) {
      build.onResolve({ filter: /^\.\.\/index\.ts$/ }, ({ importer }) =>
        importer.startsWith(join(ROOT, 'sdk', 'src')) ? { path, external: true } : undefined,
      );
    },
  };
}

// Files that are not entries of the package.
const INTERNAL = [
  { source: './src/readings/active-probes.ts', name: 'active-probes', esmOnly: false },
  // Lambda loads them by their paths. They use top-level await, which CommonJS does not have.
  { source: './src/platforms/lambda-handler.ts', name: 'lambda-handler', esmOnly: true },
  { source: './src/platforms/lambda-preload.ts', name: 'lambda-preload', esmOnly: true },
];

const SDK_MAIN = 'sandscope';

/**
 * Bundles the SDK into `sdk/dist` (about 50 ms).
 *
 * @returns absolute path of the package folder: `package.json`, `sandscope.mjs`, `sandscope.cjs`, a file of both kinds
 *   per further entry of the manifest's `exports`, and files that are loaded in other ways; without declarations
 */
export async function buildSdk(): Promise<string> {
  const dist = join(ROOT, 'sdk', 'dist');
  await mkdir(dist, { recursive: true });
  const entries = entriesOf(await readManifest('sdk'), SDK_MAIN);
  const files = [...entries.map((entry) => ({ ...entry, esmOnly: false })), ...INTERNAL];
  for (const format of ['esm', 'cjs'] as const) {
    const extension = format === 'esm' ? 'mjs' : 'cjs';
    const entryPoints = files
      .filter(({ esmOnly }) => format === 'esm' || !esmOnly)
      .map(({ name, source }) => ({ in: join(ROOT, 'sdk', source), out: name }));
    const outputFiles = await bundleSdk(format, entryPoints, dist, [sharedCore(extension)]);
    for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  }
  await writePackage('sdk', {
    ...entryFields(entries),
    dependencies: undefined,
    files: LIBRARY_FILES,
  });
  await buildLayer(dist);
  return dist;
}

/** Path of the SDK in the layer: below `/opt`, where functions find it too. */
const INSTALLED = 'nodejs/node_modules/@sandscope/sdk';

/** The Lambda layer: `sdk/layer/dist` becomes `/opt` in a function that uses it. */
async function buildLayer(sdk: string): Promise<void> {
  const layer = join(ROOT, 'sdk', 'layer');
  const installed = join(layer, 'dist', INSTALLED);
  await mkdir(installed, { recursive: true });
  const zipped: LayerFile[] = [];
  for (const file of await readdir(sdk)) {
    if (!/\.(?:mjs|cjs|json)$/.test(file) && file !== 'LICENSE') continue;
    const bytes = await readFile(join(sdk, file));
    await replaceFile(join(installed, file), bytes);
    zipped.push({ path: `${INSTALLED}/${file}`, bytes });
  }
  const script = join(layer, 'dist', 'sandscope-exec');
  const bytes = await readFile(join(layer, 'sandscope-exec'));
  await replaceFile(script, bytes);
  await chmod(script, 0o755);
  zipped.push({ path: 'sandscope-exec', bytes, executable: true });
  await replaceFile(LAYER_ZIP, layerZip(zipped));
}

/** Builds the packages that others import, with declarations: `sdk/dist` and `probes/dist`. */
export async function buildLibraries(): Promise<void> {
  // Loaded on demand: the code of the SDK alone, which is built before every test and every demo, does not need it.
  const { buildProbes } = await import('./build-probes.ts');
  const { writeDeclarations } = await import('./declarations.ts');
  const { writeNotices } = await import('./notices.ts');
  await buildSdk();
  await writeNotices('sdk', { bundled: true });
  await buildProbes();
  await writeDeclarations({
    probes: entriesOf(await readManifest('probes')),
    sdk: entriesOf(await readManifest('sdk'), SDK_MAIN),
  });
}

if (import.meta.main) {
  const { buildCollector } = await import('./build-collector.ts');
  await rm(join(ROOT, 'sdk', 'dist'), { recursive: true, force: true });
  await buildLibraries();
  await buildCollector();
}
