import { fileURLToPath } from 'node:url';

/**
 * Folder with recordings of real platforms. They are not part of the project: if the folder is missing, tests that need
 * it are skipped with a message. Default `shared/data` beside the checkout.
 */
export const RECORDINGS =
  process.env['SANDSCOPE_RECORDINGS'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
