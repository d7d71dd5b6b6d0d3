import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PAGES } from '../../src/web/page-list.ts';
import { PAGE_PATHS } from '../../src/web/paths.ts';
import { readPlace } from './location.ts';

const folder = fileURLToPath(new URL('pages/', import.meta.url));

it('every page of the list has a file, every file a line, and no two share a letter', () => {
  for (const { name } of PAGES) expect(existsSync(`${folder}${name}.tsx`), name).toBe(true);
  const names = readdirSync(folder).map((file) => file.replace('.tsx', ''));
  expect(names.toSorted()).toEqual(PAGES.map(({ name }) => name as string).toSorted());
  const letters = PAGES.flatMap(({ letter }) => letter ?? []);
  expect(new Set(letters).size).toBe(letters.length);
});

it('every address of a page leads to it, for all functions and for one', () => {
  for (const { name, group, paths } of PAGES) {
    if (group === undefined || paths !== undefined) continue;
    expect(PAGE_PATHS).toContain(`/${name}`);
    expect(readPlace(`/${name}`, '').page).toBe(name);
    expect(readPlace(`/f/checkout/${name}`, '').page).toBe(name);
  }
});
