import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadHandler, runtimeClient } from './load-handler.ts';

const FILES = {
  'index.mjs': 'export const handler = () => 1; export const number = 5; export default { inner: () => 9 };',
  'old.cjs': 'exports.handler = () => 2; exports.api = { v1: { get: () => 3 } }; exports.nothing = null;',
  'built.js': 'const all = { main: () => 7 }; module.exports = all;',
  'both.js': 'exports.handler = () => "js";',
  'both.mjs': 'export const handler = () => "mjs";',
  'src/app.js': 'exports.main = () => 4;',
  'esm/package.json': '{"type":"module"}',
  'esm/app.js': 'export const main = () => 8;',
  'node_modules/installed/index.js': 'exports.handler = () => 6;',
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-handlers-'));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([3, 4] as const)('as client %i', (client) => {
  test.each([
    ['index.handler', 1],
    ['old.handler', 2],
    ['old.api.v1.get', 3],
    ['src/app.main', 4],
    ['esm/app.main', 8],
    ['built.main', 7],
    ['both.handler', 'js'],
    ['installed.handler', 6],
  ])('loads %s', async (name, result) => {
    expect((await loadHandler(folder, name, client))()).toBe(result);
  });

  test.each([
    ['index', 'Runtime.MalformedHandlerName', /^Bad handler$/],
    [
      '../index.handler',
      'Runtime.MalformedHandlerName',
      /^'\.\.\/index\.handler' is not a valid handler name/,
    ],
    ['index.missing', 'Runtime.HandlerNotFound', /^index\.missing is undefined or not exported$/],
    ['index.number', 'Runtime.HandlerNotFound', /^index\.number is not a function$/],
    ['old.nothing.more', 'Runtime.HandlerNotFound', /^old\.nothing\.more is undefined or not exported$/],
    ['missing.handler', 'Error', /^Cannot find module 'missing'\nRequire stack:\n- \//],
  ])('says what is wrong with %s', async (name, error, message) => {
    await expect(loadHandler(folder, name, client)).rejects.toMatchObject({
      name: error,
      message: expect.stringMatching(message),
    });
  });
});

test('only client 4 looks at the default export', async () => {
  expect((await loadHandler(folder, 'index.inner', 4))()).toBe(9);
  await expect(loadHandler(folder, 'index.inner', 3)).rejects.toMatchObject({
    name: 'Runtime.HandlerNotFound',
  });
});

describe('the runtime client', () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    [{ streamifyResponse: true }, 3],
    [{ streamifyResponse: true, InvokeStore: {} }, 4],
    [undefined, Number.parseInt(process.versions.node, 10) >= 24 ? 4 : 3],
  ] as const)('%j: %i', (awslambda, client) => {
    vi.stubGlobal('awslambda', awslambda);
    expect(runtimeClient()).toBe(client);
  });
});
