import { PlatformError } from '../errors.ts';
import type { FunctionConfig } from './function.ts';

/** The settings that a function's policies depend on. */
interface Surroundings {
  /** Whether code is fetched onto hosts at all. */
  readonly fetchesCode: boolean;
  /** All functions of the platform. */
  readonly functions: readonly Pick<FunctionConfig, 'name' | 'region' | 'account'>[];
}

/**
 * Fields of a function, or of a new version of it, that must agree with the platform and with other functions.
 *
 * @param path of the function in what was given
 * @throws {PlatformError} `ERR_CONFIG`
 */
export function checkTechniques(
  path: string,
  { name, region, account, prefetch, prewarm }: FunctionConfig,
  { fetchesCode, functions }: Surroundings,
): void {
  if (prefetch !== 'off' && !fetchesCode)
    throw new PlatformError(
      'ERR_CONFIG',
      `${path}.prefetch is "${prefetch}", which needs codeFetch: without it, code is on every host`,
    );
  const declared = prewarm.flatMap((spec) => (spec['functions'] ?? []) as readonly string[]);
  const missing = declared.find(
    (other) =>
      !functions.some((one) => one.name === other && one.region === region && one.account === account),
  );
  if (missing !== undefined)
    throw new PlatformError(
      'ERR_CONFIG',
      `${path}.prewarm of "${name}" names "${missing}", which is no function of ${region} in ${account}`,
    );
}
