import * as everything from './seldom/index.ts';

/**
 * Code that most sandboxes on Lambda never need: text in the bundle like `late()`, compiled by itself, so that the first
 * export of a sandbox does not wait for it, and what happens before a response does not wait for `late()`.
 */
export function seldom(): typeof everything {
  return everything;
}
