import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadHandler } from './load-handler.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-handlers-'));
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'node_modules', 'installed'), { recursive: true });
  await writeFile(join(folder, 'index.mjs'), 'export const handler = () => 1; export const number = 5;');
  await writeFile(
    join(folder, 'old.cjs'),
    'exports.handler = () => 2; exports.api = { v1: { get: () => 3 } };',
  );
  await writeFile(join(folder, 'src', 'app.js'), 'exports.main = () => 4;');
  await writeFile(join(folder, 'node_modules', 'installed', 'index.js'), 'exports.handler = () => 6;');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['index.handler', 1],
  ['old.handler', 2],
  ['old.api.v1.get', 3],
  ['src/app.main', 4],
  ['installed.handler', 6],
])('loads %s', async (name, result) => {
  expect((await loadHandler(folder, name))()).toBe(result);
});

test.each([
  ['index', 'Runtime.MalformedHandlerName'],
  ['../index.handler', 'Runtime.MalformedHandlerName'],
  ['missing.handler', 'Runtime.ImportModuleError'],
  ['index.missing', 'Runtime.HandlerNotFound'],
  ['index.number', 'Runtime.HandlerNotFound'],
])('says what is wrong with %s', async (name, error) => {
  await expect(loadHandler(folder, name)).rejects.toMatchObject({ name: error });
});
