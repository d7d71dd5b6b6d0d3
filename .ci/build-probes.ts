import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import type { RolldownOutput } from 'rolldown';
import { writeNotices } from './notices.ts';
import {
  distOf,
  LIBRARY_FILES,
  entriesOf,
  entryFields,
  readManifest,
  refuseThirdParty,
  ROOT,
  writePackage,
} from './packages.ts';

const WORKSPACE = 'probes';

/** Bundles the probes into `probes/dist`: an ES module and a CommonJS one per entry, and the shared code. */
export async function buildProbes(): Promise<void> {
  const dist = distOf(WORKSPACE);
  await rm(dist, { recursive: true, force: true });
  const manifest = await readManifest(WORKSPACE);
  const entries = entriesOf(manifest);
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map(({ name, source }) => [name, join(ROOT, WORKSPACE, source)])),
    platform: 'node',
    external: Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    }),
  });
  const outputs: RolldownOutput[] = [];
  for (const [format, kind] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ] as const)
    outputs.push(
      await bundle.write({
        dir: dist,
        format,
        entryFileNames: `[name].${kind}`,
        chunkFileNames: `shared.${kind}`,
      }),
    );
  await bundle.close();
  refuseThirdParty(
    outputs.flatMap(({ output }) => output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))),
  );
  await buildInstruments(dist);
  await writeNotices(WORKSPACE);
  await writePackage(WORKSPACE, { ...entryFields(entries), files: LIBRARY_FILES });
}

/**
 * Each instrument as its own module, `probes/dist/inside/*.js`: for scripts beside a clone that want to try one of them
 * on a file or a tree of files. Not part of the package.
 */
async function buildInstruments(dist: string): Promise<void> {
  const folder = join(ROOT, WORKSPACE, 'src', 'inside');
  const files = (await readdir(folder)).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|^test-/.test(file),
  );
  await build({
    entryPoints: files.map((file) => join(folder, file)),
    outdir: join(dist, 'inside'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['systeminformation'],
    logLevel: 'silent',
  });
}
