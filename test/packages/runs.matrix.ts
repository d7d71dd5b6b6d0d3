/** The libraries on each Node, unbundled and bundled by each bundler. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { importable, PROBES, program, readOutput, SDK, STDOUT } from './consumers.ts';
import { Project } from './project.ts';
import { NODES, tool } from './toolchain.ts';

const require = createRequire(import.meta.url);
const tarballs = inject('tarballs');

/** Bundles a program into one file, and returns the bundler's warnings. */
type Bundle = (folder: string, entry: string, format: 'esm' | 'cjs') => Promise<readonly string[]>;

const withEsbuild: Bundle = async (folder, entry, format) => {
  const { warnings } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: 'esbuild',
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    format,
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
  });
  return warnings.map(({ text }) => text);
};

/** The used part of webpack. */
interface Webpack {
  (options: object, done: (error: Error | null, stats: WebpackStats) => void): void;
}
interface WebpackStats {
  toJson(): { readonly errors?: { message: string }[]; readonly warnings?: { message: string }[] };
}

const withWebpack: Bundle = async (folder, entry, format) => {
  const webpack = require(tool('webpack')) as Webpack;
  const output = {
    esm: { filename: 'esm.mjs', chunkFilename: '[id].mjs', module: true, library: { type: 'module' } },
    cjs: { filename: 'cjs.cjs', chunkFilename: '[id].cjs', library: { type: 'commonjs2' } },
  }[format];
  const options = {
    context: folder,
    entry: `./${entry}`,
    mode: 'production',
    target: 'node20',
    output: { path: `${folder}/webpack-${format}`, ...output },
    experiments: { outputModule: format === 'esm' },
    // Size does not matter here.
    performance: false,
  };
  const stats = await new Promise<WebpackStats>((resolve, reject) => {
    webpack(options, (error, result) => (error ? reject(error) : resolve(result)));
  });
  const { errors = [], warnings = [] } = stats.toJson();
  return [...errors, ...warnings].map(({ message }) => message);
};

/** The used part of Rollup. */
interface Rollup {
  rollup(options: object): Promise<{ write(options: object): Promise<unknown>; close(): Promise<void> }>;
}

const withRollup: Bundle = async (folder, entry, format) => {
  const tools = (await import(pathToFileURL(tool('rollup/dist/es/rollup.js')).href)) as Rollup;
  const plugin = (name: string): object => (require(tool(`@rollup/plugin-${name}`)) as () => object)();
  const warnings: string[] = [];
  const bundle = await tools.rollup({
    input: `${folder}/${entry}`,
    external: /^node:/,
    plugins: [plugin('node-resolve'), plugin('commonjs')],
    onwarn: ({ message }: { message: string }) => warnings.push(message),
  });
  const kind = format === 'esm' ? 'mjs' : 'cjs';
  await bundle.write({
    dir: `${folder}/rollup-${format}`,
    format,
    entryFileNames: `${format}.${kind}`,
    chunkFileNames: `[name].${kind}`,
  });
  await bundle.close();
  return warnings;
};

const BUNDLERS = {
  esbuild: { bundle: withEsbuild, folder: () => 'esbuild' },
  webpack: { bundle: withWebpack, folder: (format: string) => `webpack-${format}` },
  rollup: { bundle: withRollup, folder: (format: string) => `rollup-${format}` },
} as const;

let project: Project;
beforeAll(async () => {
  project = await Project.create();
  await project.install(tarballs[SDK] ?? '', tarballs[PROBES] ?? '');
  const names = await importable(false);
  await project.write('esm.mjs', program('esm', names));
  await project.write('cjs.cjs', program('cjs', names));
});
afterAll(() => project[Symbol.asyncDispose]());

/** The output of a program on each Node, by version. */
async function runEverywhere(file: string): Promise<Record<string, unknown>> {
  const outputs: Record<string, unknown> = {};
  for (const [version, node] of Object.entries(NODES)) {
    const { stdout, stderr } = await project.run(node, [file], STDOUT);
    outputs[version] = stderr || readOutput(stdout);
  }
  return outputs;
}

const GOOD = { spans: ['sandscope.init', 'sum'], sum: 3 };
const GOOD_EVERYWHERE = Object.fromEntries(Object.keys(NODES).map((version) => [version, GOOD]));

describe.each(['esm.mjs', 'cjs.cjs'])('%s', (file) => {
  const format = file.startsWith('esm') ? 'esm' : 'cjs';

  test('runs as it is on each Node', async () => {
    expect(await runEverywhere(file)).toEqual(GOOD_EVERYWHERE);
  });

  test.each(Object.entries(BUNDLERS))(
    'is bundled by %s without a warning, and runs on each Node',
    async (_name, bundler) => {
      expect(await bundler.bundle(project.folder, file, format)).toEqual([]);
      expect(await runEverywhere(`${bundler.folder(format)}/${file}`)).toEqual(GOOD_EVERYWHERE);
    },
  );
});
