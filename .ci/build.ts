/**
 * `npm run build`: a publishable `dist/` in every workspace.
 *
 * - `sdk/layer/dist`: the Lambda layer, ready to be zipped.
 * - `probes/dist`, `collector/dist`: one `.js` and `.d.ts` a source file.
 * - `sdk/dist`: `sandscope.mjs` and `sandscope.cjs`, one file each without dependencies; a small file of both kinds for
 *   each further entry, which imports the first; and the types.
 *
 * Each `dist/` has its own `package.json`, so that `npm publish ./sdk/dist` publishes exactly what is in it while the
 * workspaces themselves keep pointing at their sources.
 */
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { bundleSdk } from './sdk-bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Manifest {
  name: string;
  version: string;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  [field: string]: unknown;
}

async function readManifest(workspace: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, workspace, 'package.json'), 'utf8')) as Manifest;
}

async function writeManifest(dist: string, manifest: Manifest): Promise<void> {
  await replaceFile(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(root, 'LICENSE'), join(dist, 'LICENSE'));
}

/** Replaces a file in one step, and only when it differs: another process may be reading it. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(bytes)) return;
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

/**
 * One core in a process, whichever entries are loaded: what imports the SDK's index gets that file. And what few want is
 * a file of its own, loaded by the core when it is wanted.
 */
function sharedCore(extension: string): Plugin {
  const path = `./sandscope.${extension}`;
  return {
    name: 'shared-core',
    setup(build) {
      build.onResolve({ filter: /^\.\/active-probes\.ts$/ }, () => ({
        path: `./active-probes.${extension}`,
        external: true,
      }));
      build.onResolve({ filter: /^\.\.\/index\.ts$/ }, ({ importer }) =>
        importer.startsWith(join(root, 'sdk', 'src')) ? { path, external: true } : undefined,
      );
    },
  };
}

// No entry for others to import.
const ACTIVE_PROBES = { source: './src/active-probes.ts', name: 'active-probes', esmOnly: false };

/**
 * Bundles the SDK into `sdk/dist` (about 50 ms).
 *
 * @returns absolute path of the package folder: `package.json`, `sandscope.mjs`, `sandscope.cjs`, a file of both kinds
 *   for each further entry of the manifest's `exports`, and `active-probes`, which the core loads when it is to
 */
export async function buildSdk(): Promise<string> {
  const dist = join(root, 'sdk', 'dist');
  await mkdir(dist, { recursive: true });
  const { dependencies: _bundled, ...manifest } = await readManifest('sdk');
  const entries = Object.entries(manifest['exports'] as Record<string, string>).map(([key, source]) => ({
    key,
    source,
    name: key === '.' ? 'sandscope' : key.slice(2),
    // Awaits at its top level, which CommonJS cannot.
    esmOnly: key === './lambda-handler',
  }));
  for (const format of ['esm', 'cjs'] as const) {
    const extension = format === 'esm' ? 'mjs' : 'cjs';
    const entryPoints = [...entries, ACTIVE_PROBES]
      .filter(({ esmOnly }) => format === 'esm' || !esmOnly)
      .map(({ name, source }) => ({ in: join(root, 'sdk', source), out: name }));
    const outputFiles = await bundleSdk(format, entryPoints, dist, [sharedCore(extension)]);
    for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  }
  await writeManifest(dist, {
    ...manifest,
    engines: { node: '>=20' },
    exports: Object.fromEntries(
      entries.map(({ key, name, source, esmOnly }) => [
        key,
        {
          types: source.replace('./src/', './types/sdk/src/').replace(/\.ts$/, '.d.ts'),
          import: `./${name}.mjs`,
          ...(!esmOnly && { require: `./${name}.cjs` }),
        },
      ]),
    ),
  });
  await buildLayer(dist);
  return dist;
}

/** The Lambda layer: `sdk/layer/dist` is what `/opt` becomes in a function that uses it. */
async function buildLayer(sdk: string): Promise<void> {
  const layer = join(root, 'sdk', 'layer');
  const installed = join(layer, 'dist', 'nodejs', 'node_modules', '@sandscope', 'sdk');
  await mkdir(installed, { recursive: true });
  for (const file of await readdir(sdk)) {
    if (/\.(?:mjs|cjs|json)$/.test(file)) {
      await replaceFile(join(installed, file), await readFile(join(sdk, file)));
    }
  }
  const script = join(layer, 'dist', 'sandscope-exec');
  await replaceFile(script, await readFile(join(layer, 'sandscope-exec')));
  await chmod(script, 0o755);
}

/** TypeScript's own output of one workspace: sources under `src/` become `.js` and `.d.ts` at the root of `outDir`. */
async function compile(workspace: string, outDir: string, declarationsOnly = false): Promise<void> {
  const project = join(root, workspace, 'tsconfig.build.json');
  await writeFile(
    project,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: declarationsOnly,
        rootDir: declarationsOnly ? '..' : 'src',
        outDir,
      },
      include: ['src'],
      exclude: ['src/**/*.test.ts', 'src/**/test-*.ts', 'src/**/*.fixture.ts', 'src/web/page'],
    }),
  );
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      stdio: 'inherit',
    });
  } finally {
    await rm(project);
  }
}

async function buildLibrary(workspace: string): Promise<void> {
  const dist = join(root, workspace, 'dist');
  await rm(dist, { recursive: true, force: true });
  await compile(workspace, dist);
  const manifest = await readManifest(workspace);
  const toJs = (path: string): string => path.replace('./src/', './').replace(/\.ts$/, '.js');
  const exports = Object.fromEntries(
    Object.entries(manifest['exports'] as Record<string, string>).map(([key, path]) => [
      key,
      { types: toJs(path).replace(/\.js$/, '.d.ts'), default: toJs(path) },
    ]),
  );
  const bin =
    manifest.bin && Object.fromEntries(Object.entries(manifest.bin).map(([k, path]) => [k, toJs(path)]));
  // What is published runs with the reader's Node, not with the one that comes with the repository.
  const engines = { node: workspace === 'collector' ? '>=22.18' : '>=20' };
  await writeManifest(dist, { ...manifest, engines, exports, ...(bin && { bin }) });
}

/** The collector's page: a browser's program, with types of its own. */
async function buildPage(): Promise<void> {
  const page = join(root, 'collector/src/web/page');
  const dist = join(root, 'collector/dist/web/page');
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', page, '--noEmit', 'false', '--outDir', dist],
    { stdio: 'inherit' },
  );
  for (const file of ['index.html', 'style.css']) await copyFile(join(page, file), join(dist, file));
}

if (import.meta.main) {
  await rm(join(root, 'sdk', 'dist'), { recursive: true, force: true });
  await buildSdk();
  await compile('sdk', join(root, 'sdk', 'dist', 'types'), true);
  await buildLibrary('probes');
  await buildLibrary('collector');
  await buildPage();
}
