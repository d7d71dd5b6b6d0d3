import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../docs/', import.meta.url);

test('docs/README.md leads to every page, but to those that have an index of their own', async () => {
  const index = await readFile(new URL('README.md', FOLDER), 'utf8');
  const pages = (await readdir(FOLDER, { recursive: true })).filter(
    (name) => name.endsWith('.md') && !/^README\.md$|^platforms\/(?!README\.md)/.test(name),
  );
  expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
  const platforms = await readFile(new URL('platforms/README.md', FOLDER), 'utf8');
  const missing = (await readdir(new URL('platforms/', FOLDER))).filter(
    (name) => name !== 'README.md' && !platforms.includes(`(${name})`),
  );
  expect(missing).toEqual([]);
});
