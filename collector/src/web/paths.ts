/** Every address of the page, as routes; all of them are the same document, which reads its address itself. */
export const PAGE_PATHS = [
  '/',
  '/cold-starts',
  '/keep-warm',
  '/sandboxes',
  '/sandboxes/:id',
  '/hosts',
  '/traces',
  '/trace/:id',
  '/f/*',
] as const;

/** Its scripts and styles, named after what is in them. */
export const ASSETS_PATH = '/assets/:file';
