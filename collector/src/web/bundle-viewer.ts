/**
 * The viewer of shared results as one script for browsers. The package contains it built; from sources, the packages'
 * build tool builds it on first use.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

let script: Promise<string> | undefined;

/** The script, read or built once. */
export function viewerScript(): Promise<string> {
  const built = path('./viewer/viewer.js');
  script ??= existsSync(built) ? readFile(built, 'utf8') : bundleViewer().then((bundle) => bundle.script);
  return script;
}

/** @returns the script, and the paths of its sources, relative to the repository's root */
export async function bundleViewer(): Promise<{
  readonly script: string;
  readonly paths: readonly string[];
}> {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: [path('./viewer/viewer.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // All licences are in separate files.
    legalComments: 'none',
    metafile: true,
    absWorkingDir: path('../../../'),
    // The part that charts use; the rest runs experiments, in Node.
    alias: { '@sandscope/probes/outside': path('../../../probes/src/outside/sample.ts') },
  });
  return { script: outputFiles[0]?.text ?? '', paths: Object.keys(metafile.inputs) };
}
