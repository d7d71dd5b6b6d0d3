import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../docs/', import.meta.url);

test('docs/README.md leads to every page, but to those that have an index of their own', async () => {
  const index = await readFile(new URL('README.md', FOLDER), 'utf8');
  const pages = (await readdir(FOLDER, { recursive: true })).filter(
    (name) => name.endsWith('.md') && !/^README\.md$|^(?:platforms|questions)\/(?!README\.md)/.test(name),
  );
  expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
});

test.each(['platforms', 'questions'])('docs/%s/README.md leads to every page beside it', async (folder) => {
  const index = await readFile(new URL(`${folder}/README.md`, FOLDER), 'utf8');
  const missing = (await readdir(new URL(`${folder}/`, FOLDER))).filter(
    (name) => name !== 'README.md' && !index.includes(`(${name})`),
  );
  expect(missing).toEqual([]);
});
