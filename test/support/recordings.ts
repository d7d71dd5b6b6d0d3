import { fileURLToPath } from 'node:url';

/**
 * Folder with recordings of real platforms. They are no part of the project: tests on them are skipped, and say so, where
 * it is not there. Default `shared/data` beside the checkout.
 */
export const RECORDINGS =
  process.env['SANDSCOPE_RECORDINGS'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
