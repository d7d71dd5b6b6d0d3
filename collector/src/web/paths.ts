import { PAGES } from './page-list.ts';

/** Every URL of the page, as routes; all of them serve the same document, which reads its URL itself. */
export const PAGE_PATHS: readonly string[] = [
  ...PAGES.flatMap(({ name, paths = [`/${name}`] }) => paths),
  '/f/*',
];

/** Its scripts and styles, named after their content. */
export const ASSETS_PATH = '/assets/:file';
