import * as code from './node-client.ts';

/** Node's own HTTP client: for `https:`, and when our own client fails; see `.ci/sdk-bundle.ts`. */
export function nodeClient(): typeof code {
  return code;
}
