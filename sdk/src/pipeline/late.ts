import * as code from './late-code.ts';

/**
 * Code that is not needed before the first response. The bundle contains it as text, which costs next to nothing to
 * load, and compiles it at the first call of this function (about 2 ms); see `.ci/sdk-bundle.ts`.
 */
export function late(): typeof code {
  return code;
}
