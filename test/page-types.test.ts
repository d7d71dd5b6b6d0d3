import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { currentPageTypes, PAGE_TYPES } from '../.ci/page-types.ts';

it('the types of the page are those of the API: node .ci/page-types.ts', async () => {
  expect(await readFile(PAGE_TYPES, 'utf8')).toBe(await currentPageTypes());
});
