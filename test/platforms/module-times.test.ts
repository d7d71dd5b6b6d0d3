/** `SANDSCOPE_MODULES=1`: the breakdown of a function's load time, with the built package and real packages. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decode } from '../../sdk/src/testing/test-collector.ts';
import { writePackage } from '../interop/lambda-runtimes.ts';

const run = promisify(execFile);
const spin = (ms: number): string =>
  `{ const end = performance.now() + ${ms}; while (performance.now() < end); }`;
const PACKAGES = {
  'node_modules/slow-cjs/index.js': `require('slow-inner'); ${spin(20)} exports.a = 1;`,
  'node_modules/slow-inner/index.js': `${spin(30)} module.exports = require('./data.json');`,
  'node_modules/slow-inner/data.json': '{"b":2}',
  'node_modules/slow-esm/package.json': '{"type":"module","exports":"./index.js"}',
  'node_modules/slow-esm/index.js': `#!/usr/bin/env node
    import 'slow-deep'; import 'slow-inner'; ${spin(25)} export default new Error('here').stack;`,
  'node_modules/slow-deep/package.json': '{"type":"module","exports":"./index.js"}',
  'node_modules/slow-deep/index.js': `await new Promise((r) => setTimeout(r, 15)); export const c = 3; // last line`,
};
const CALL = `const { packageTimes } = await import('@sandscope/sdk/modules');
  const { default: Module } = await import('node:module');
  const before = Module.prototype.load;
  await handler({}, {});
  process.stderr.write(JSON.stringify({ loaded: Module.prototype.load !== before, now: packageTimes().length }));`;

interface Told {
  readonly name: string;
  readonly selfMs: number;
  readonly totalMs: number;
  readonly fileCount: number;
}

/** Runs `main.mjs` of a package and returns the span of its initialisation. */
async function load(
  files: Readonly<Record<string, string>>,
  {
    args = [],
    modules = '1',
    node = process.execPath,
  }: { args?: string[]; modules?: string; node?: string } = {},
): Promise<{ packages: Told[]; count: unknown; stderr: string }> {
  await using code = await writePackage({ ...PACKAGES, ...files }, ['@sandscope/sdk', 'yaml', 'fast-check']);
  const { stdout, stderr } = await run(node, [...args, 'main.mjs'], {
    cwd: code.folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      TMPDIR: code.folder,
      NODE_NO_WARNINGS: '1',
      SANDSCOPE_EXPORT: 'stdout',
      SANDSCOPE_MODULES: modules,
    },
  });
  const init = stdout
    .split('\n')
    .filter((line) => line.startsWith('{"resourceSpans"'))
    .flatMap(decode)
    .find(({ name }) => name === 'sandscope.init')!;
  const packages = init.events.map(({ name, attributes }) => {
    expect(name).toBe('sandscope.package');
    return {
      name: String(attributes['sandscope.package.name']),
      selfMs: Number(attributes['sandscope.package.self_ms']),
      totalMs: Number(attributes['sandscope.package.total_ms']),
      fileCount: Number(attributes['sandscope.package.file_count']),
    };
  });
  return { packages, count: init.attributes['sandscope.init.package_count'], stderr };
}

const COMMONJS = {
  'index.cjs': `const { wrap } = require('@sandscope/sdk');
    require('slow-cjs'); require('yaml');
    exports.handler = wrap(async () => 1);`,
  'main.mjs': `import { createRequire } from 'node:module';
    const { handler } = createRequire(import.meta.url)('./index.cjs'); ${CALL}`,
};
const ESM = {
  'index.mjs': `import { wrap } from '@sandscope/sdk';
    import stack from 'slow-esm'; import 'slow-cjs'; import 'fast-check';
    if (!/slow-esm\\/index\\.js:2:/.test(stack)) throw new Error('lines have moved: ' + stack);
    export const handler = wrap(async () => 1);`,
  'main.mjs': `const { handler } = await import('./index.mjs'); ${CALL}`,
};

function named(packages: readonly Told[], name: string): Told {
  const found = packages.find((one) => one.name === name);
  expect(found, name).toBeDefined();
  return found!;
}

const older = '/usr/bin/node';
const nodes = [process.execPath, ...(existsSync(older) ? [older] : [])];

describe.each(nodes)('%s', (node) => {
  test('CommonJS: from the require of the SDK on', async () => {
    const { packages, count } = await load(COMMONJS, { node });
    const [outer, inner, yaml] = ['slow-cjs', 'slow-inner', 'yaml'].map((name) => named(packages, name));
    expect(outer!.selfMs).toBeGreaterThan(19);
    expect(inner!.selfMs).toBeGreaterThan(29);
    expect(inner!.fileCount).toBe(2);
    expect(outer!.totalMs).toBeCloseTo(outer!.selfMs + inner!.selfMs, 2);
    expect(yaml!.fileCount).toBeGreaterThan(10);
    expect(packages.map(({ selfMs }) => selfMs)).toEqual(
      packages.map(({ selfMs }) => selfMs).sort((a, b) => b - a),
    );
    expect(Number(count)).toBe(packages.length);
  });
});

test('ES modules: where it is preloaded, and no line of a stack moves', async () => {
  const { packages, stderr } = await load(ESM, { args: ['--import', '@sandscope/sdk/modules'] });
  const [esm, deep, inner, outer] = ['slow-esm', 'slow-deep', 'slow-inner', 'slow-cjs'].map((name) =>
    named(packages, name),
  );
  expect(esm!.selfMs).toBeGreaterThan(24);
  expect(deep!.fileCount).toBe(1);
  expect(esm!.totalMs).toBeCloseTo(esm!.selfMs + deep!.selfMs + inner!.selfMs, 2);
  // Loaded before, because of another package.
  expect(outer!.totalMs).toBeCloseTo(outer!.selfMs, 2);
  expect(named(packages, 'fast-check').selfMs).toBeGreaterThan(0);
  expect(named(packages, '.').totalMs).toBeGreaterThan(esm!.totalMs + outer!.totalMs);
  // Timing stops at the first call.
  expect(JSON.parse(stderr)).toMatchObject({ loaded: true });
});

test('off: nothing is loaded, replaced or told', async () => {
  const { packages, count, stderr } = await load(COMMONJS, { modules: '' });
  expect(packages).toEqual([]);
  expect(count).toBeUndefined();
  expect(JSON.parse(stderr)).toEqual({ loaded: false, now: 0 });
});
