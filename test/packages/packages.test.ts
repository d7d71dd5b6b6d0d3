/**
 * The installed packages, in short: `npm run test:packages` covers every compiler, bundler and Node. Offline.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLibraries } from '../../.ci/build.ts';
import { pack } from '../../.ci/pack.ts';
import { distOf, ROOT, workspaces } from '../../.ci/packages.ts';
import { importable, PROBES, program, readOutput, SDK, STDOUT, typedProgram } from './consumers.ts';
import { Project } from './project.ts';
import { RESOLUTIONS, tsconfig } from './typescript.ts';

const LIBRARIES = ['probes', 'sdk'];
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The machine's own Node, if there is one, and the one that runs the tests. */
const nodes = ['/usr/bin/node', '/usr/local/bin/node'].filter((path) => major(path) >= 20);
nodes.push(process.execPath);

function major(node: string): number {
  try {
    return Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]);
  } catch {
    return 0;
  }
}

let folder: string;
let tarballs: ReadonlyMap<string, string>;
let project: Project;
let names: readonly string[];

beforeAll(async () => {
  await buildLibraries();
  folder = await mkdtemp(join(tmpdir(), 'sandscope-packages-'));
  tarballs = await pack(folder, LIBRARIES);
  project = await Project.create();
  await project.unpack(tarballs, [SDK, PROBES]);
  names = await importable(false);
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test.each(LIBRARIES)('publint finds nothing in %s', async (workspace) => {
  const { messages, pkg } = await publint({ pkgDir: distOf(workspace), level: 'suggestion', pack: 'npm' });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('holds what belongs into a package, and nothing else', () => {
  for (const tarball of tarballs.values()) {
    const files = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).trim().split('\n').sort();
    const known = /^package\/(?:[a-z-]+\d*\.(?:[cm]js|d\.[cm]ts)|package\.json|README\.md|LICENSE)$/;
    expect(files.filter((file) => !known.test(file))).toEqual(['package/THIRD_PARTY_NOTICES.md']);
  }
});

test.each(RESOLUTIONS)('TypeScript 7: $moduleResolution, $module', async (resolution) => {
  const text = typedProgram(names);
  for (const file of resolution.files) await project.write(file, text);
  await project.write('tsconfig.json', tsconfig(resolution));
  expect(await project.run(process.execPath, [TSC])).toEqual({ code: 0, stdout: '', stderr: '' });
});

describe.each(['esm', 'cjs'] as const)('%s', (format) => {
  test.each(nodes)('runs as it is, on %s', async (node) => {
    const file = format === 'esm' ? 'run.mjs' : 'run.cjs';
    await project.write(file, program(format, names));
    const { stdout, stderr } = await project.run(node, [file], STDOUT);
    expect(stderr).toBe('');
    expect(readOutput(stdout)).toEqual({ spans: ['sandscope.init', 'sum'], sum: 3 });
  });

  test('is bundled by esbuild without a warning, and runs', async () => {
    await project.write(`bundle-${format}.js`, program(format, names));
    const outfile = format === 'esm' ? 'bundled.mjs' : 'bundled.cjs';
    const { warnings } = await build({
      absWorkingDir: project.folder,
      entryPoints: [`bundle-${format}.js`],
      outfile,
      format,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    const { stdout, stderr } = await project.run(nodes[0] ?? '', [outfile], STDOUT);
    expect(stderr).toBe('');
    expect(readOutput(stdout)).toEqual({ spans: ['sandscope.init', 'sum'], sum: 3 });
  });
});

test('the folder of a workspace cannot be packed by mistake', async () => {
  for (const workspace of ['', ...(await workspaces())]) {
    const run = (): unknown =>
      execFileSync('npm', ['pack', '--dry-run'], { cwd: join(ROOT, workspace), stdio: 'pipe' });
    expect(run, workspace).toThrow('npm run pack builds the packages');
  }
});

test('the command says in one sentence which Node it needs', async () => {
  const launcher = join(ROOT, 'collector/bin/sandscope.cjs');
  const node = nodes.find((path) => major(path) < 22);
  if (node === undefined) return process.stderr.write('SKIPPED: no Node before 22 is here\n');
  const { code, stdout, stderr } = await project.run(node, [launcher, 'up']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^sandscope needs Node 22\.18 or newer, and this is v2\d\.\d+\.\d+\.\n$/);
  return undefined;
});
