import * as code from './on-demand-code.ts';

/**
 * What only few sandboxes need: those whose process is restarted, or whose handlers run on several threads; see
 * `.ci/sdk-bundle.ts`.
 */
export function rareCases(): typeof code {
  return code;
}
