import { rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Bundles the probes into `probes/dist`: an ES module and a CommonJS one for each entry, and what the entries share. */
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
  await writeNotices(WORKSPACE);
  await writePackage(WORKSPACE, { ...entryFields(entries), files: LIBRARY_FILES });
}
