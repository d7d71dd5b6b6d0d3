import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { PEERS_FOLDER } from './peers.ts';
import type { Variant } from './variants.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

// Modules that the built SDK does not contain either.
const SDK_EXTERNAL = ['systeminformation', '@opentelemetry/*', './active-probes.ts'];

/** Bytes that a variant adds to a deployment as one file. */
export interface BundleSizes {
  /** Not minified; absent if it cannot be built. */
  readonly rawBytes?: number;
  readonly minifiedBytes: number;
  /** The minified file, gzip with its default level. */
  readonly gzipBytes: number;
}

/**
 * Sizes of a variant's code as one bundle: what Sandscope deploys, the preload of variants with one, otherwise the
 * handler with all its dependencies.
 *
 * @param sdkFolder folder of the built SDK
 * @returns undefined for the bare handlers, for variants that load nothing, and for code that esbuild cannot bundle
 */
export async function measureBundle(variant: Variant, sdkFolder: string): Promise<BundleSizes | undefined> {
  if (variant.packages.includes('@sandscope/sdk')) {
    const entry = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
    const deployed = await readFile(join(sdkFolder, `sandscope${extname(variant.handler)}`));
    return sizes(await bundle(entry, false, variant).catch(() => undefined), deployed);
  }
  if (!variant.peer) return undefined;
  const preload = variant.preload?.bundle[0] ?? variant.preload?.file;
  const entry = preload ? join(PEERS_FOLDER, preload) : join(HERE, 'handlers', variant.handler);
  try {
    return sizes(await bundle(entry, false, variant), await bundle(entry, true, variant));
  } catch {
    return undefined;
  }
}

const sizes = (raw: Uint8Array | undefined, minified: Uint8Array): BundleSizes => ({
  ...(raw && { rawBytes: raw.length }),
  minifiedBytes: minified.length,
  gzipBytes: gzipSync(minified).length,
});

async function bundle(entry: string, minify: boolean, { handler, packages }: Variant): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify,
    write: false,
    platform: 'node',
    target: 'node20',
    format: extname(handler) === '.mjs' ? 'esm' : 'cjs',
    legalComments: 'none',
    external: [
      ...(packages.includes('@sandscope/sdk') ? SDK_EXTERNAL : ['import-in-the-middle']),
      ...builtinModules,
    ],
    nodePaths: [join(PEERS_FOLDER, 'node_modules')],
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}
