import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { QUESTIONS } from '../../collector/src/correlate/questions/index.ts';

const FOLDER = new URL('../../docs/questions/', import.meta.url);

test.each(QUESTIONS.map((question) => question.name))(
  '%s has a page that says how it is found',
  async (name) => {
    const page = await readFile(new URL(`${name}.md`, FOLDER), 'utf8');
    expect(page).toMatch(/^# .+\n/);
    expect(page).toContain(`GET /api/v1/${name}`);
  },
);

test('no page is about an unknown question', async () => {
  const pages = (await readdir(FOLDER)).filter((name) => name !== 'README.md');
  expect(pages.toSorted()).toEqual(QUESTIONS.map(({ name }) => `${name}.md`).toSorted());
});
