/**
 * `npm run build`: a publishable `dist/` in every workspace.
 *
 * - `probes/dist`, `collector/dist`: one `.js` and `.d.ts` a source file.
 * - `sdk/dist`: `sandscope.mjs` and `sandscope.cjs`, one file each without dependencies, and the types.
 *
 * Each `dist/` has its own `package.json`, so that `npm publish ./sdk/dist` publishes exactly what is in it while the
 * workspaces themselves keep pointing at their sources.
 */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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
  await writeFile(join(dist, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
  await copyFile(join(root, 'LICENSE'), join(dist, 'LICENSE'));
}

/**
 * Bundles the SDK into `sdk/dist` (about 50 ms).
 *
 * @returns absolute path of the package folder: `package.json`, `sandscope.mjs`, `sandscope.cjs`
 */
export async function buildSdk(): Promise<string> {
  const dist = join(root, 'sdk', 'dist');
  await mkdir(dist, { recursive: true });
  await Promise.all(
    (['esm', 'cjs'] as const).map((format) =>
      build({
        entryPoints: [join(root, 'sdk', 'src', 'index.ts')],
        outfile: join(dist, `sandscope.${format === 'esm' ? 'mjs' : 'cjs'}`),
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node20',
        format,
        // The slow inventory is optional: loaded lazily where it is installed, never bundled.
        external: ['systeminformation'],
        // Names show in stack traces and in `wrapped.name`.
        keepNames: false,
        legalComments: 'none',
      }),
    ),
  );
  const { dependencies: _bundled, ...manifest } = await readManifest('sdk');
  await writeManifest(dist, {
    ...manifest,
    engines: { node: '>=20' },
    exports: {
      '.': { types: './types/sdk/src/index.d.ts', import: './sandscope.mjs', require: './sandscope.cjs' },
    },
  });
  return dist;
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
      exclude: ['src/**/*.test.ts', 'src/**/test-*.ts'],
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
  await writeManifest(dist, { ...manifest, exports, ...(bin && { bin }) });
}

if (import.meta.main) {
  await rm(join(root, 'sdk', 'dist'), { recursive: true, force: true });
  await buildSdk();
  await compile('sdk', join(root, 'sdk', 'dist', 'types'), true);
  await buildLibrary('probes');
  await buildLibrary('collector');
}
