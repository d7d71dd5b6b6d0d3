import * as code from './on-demand-code.ts';

/** How spans leave without the Extensions API, and when the process ends; see `.ci/sdk-bundle.ts`. */
export function otherDeliveries(): typeof code {
  return code;
}
