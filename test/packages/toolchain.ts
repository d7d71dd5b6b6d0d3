/** Builds and packs everything, and installs the tools to test it with. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { pack } from '../../.ci/pack.ts';
import { ROOT } from '../../.ci/packages.ts';

const FOLDER = fileURLToPath(new URL('toolchain', import.meta.url));

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of each package's tarball, by its name. */
    tarballs: Record<string, string>;
  }
}

/** Absolute path of a file in a tool's package. */
export const tool = (path: string): string => join(FOLDER, 'node_modules', path);

/** TypeScript's compilers by version. */
export const COMPILERS = {
  '5.9': tool('typescript-5/bin/tsc'),
  '7': join(ROOT, 'node_modules/typescript/bin/tsc'),
} as const;

/** Node by version; the first supported one, and the newest of each major version. */
export const NODES = {
  '20.0': tool('node-20-first/bin/node'),
  '20': tool('node-20/bin/node'),
  '22.18': tool('node-22-first/bin/node'),
  '22': tool('node-22/bin/node'),
  '24': process.execPath,
} as const;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync('bash', [join(FOLDER, '../install.sh')], { stdio: 'inherit' });
  execFileSync(process.execPath, [join(ROOT, '.ci/build.ts')], { stdio: 'inherit' });
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-tarballs-'));
  project.provide('tarballs', Object.fromEntries(await pack(folder)));
  return () => rm(folder, { recursive: true });
}
