/** TypeScript's own output. */
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './packages.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** Runs the compiler and passes its output through. */
export function tsc(...args: string[]): void {
  execFileSync(process.execPath, [TSC, ...args], { stdio: 'inherit' });
}

/**
 * Compiles workspaces without their tests.
 *
 * @param options of the compiler, in addition to those of the repository
 */
export async function compile(
  workspaces: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const project = join(ROOT, `tsconfig.${process.pid}.json`);
  const exclude = ['*.test.ts', 'test-*.ts', '*.fixture.ts'].map((name) => `**/src/**/${name}`);
  await writeFile(
    project,
    JSON.stringify({
      extends: './tsconfig.json',
      compilerOptions: { noEmit: false, ...options },
      include: workspaces.map((workspace) => `${workspace}/src`),
      exclude: [...exclude, '**/src/web/viewer'],
    }),
  );
  try {
    tsc('-p', project);
  } finally {
    await rm(project);
  }
}
