import { PAGES } from './page-list.ts';

/** Every address of the page, as routes; all of them are the same document, which reads its address itself. */
export const PAGE_PATHS: readonly string[] = [
  ...PAGES.flatMap(({ name, paths = [`/${name}`] }) => paths),
  '/f/*',
];

/** Its scripts and styles, named after what is in them. */
export const ASSETS_PATH = '/assets/:file';
