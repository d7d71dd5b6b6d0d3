/** The declarations, in each compiler and each mode of module resolution; nothing is skipped. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readManifest } from '../../.ci/packages.ts';
import { importable, PROBES, SDK, typedProgram } from './consumers.ts';
import { Project } from './project.ts';
import { COMPILERS } from './toolchain.ts';
import { OLD_RESOLUTION, RESOLUTIONS, tsconfig } from './typescript.ts';

const tarballs = inject('tarballs');

describe.each([
  ['ES modules', 'module', false],
  ['CommonJS', 'commonjs', false],
  ['CommonJS with OpenTelemetry', 'commonjs', true],
] as const)('a project of %s', (_kind, type, peers) => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create(type);
    const { devDependencies } = await readManifest();
    const { peerDependencies } = await readManifest('sdk');
    const versions = devDependencies as Record<string, string>;
    const names = peers ? Object.keys(peerDependencies as object) : [];
    await project.install(
      tarballs[SDK] ?? '',
      tarballs[PROBES] ?? '',
      ...names.map((name) => `${name}@${versions[name]}`),
    );
  });
  afterAll(() => project[Symbol.asyncDispose]());

  describe.each(Object.entries(COMPILERS))('TypeScript %s', (version, compiler) => {
    const resolutions = version === '7' ? RESOLUTIONS : [...RESOLUTIONS, OLD_RESOLUTION];
    test.each(resolutions)('$moduleResolution, $module', async (resolution) => {
      const text = typedProgram(await importable(peers));
      for (const file of resolution.files) await project.write(file, text);
      await project.write('tsconfig.json', tsconfig(resolution));
      const checked = await project.run(process.execPath, [compiler, '-p', join(project.folder)]);
      expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
    });
  });
});
