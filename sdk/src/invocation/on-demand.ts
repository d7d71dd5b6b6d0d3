import * as code from './endings.ts';

/** The ends of an invocation without a thrown error, which most processes never see; see `.ci/sdk-bundle.ts`. */
export function endings(): typeof code {
  return code;
}
