import * as code from './fs-watch.ts';

/** The timing of file operations, which is off by default; see `.ci/sdk-bundle.ts`. */
export function fileTiming(): typeof code {
  return code;
}
