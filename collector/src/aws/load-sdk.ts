import { CollectorError } from '../errors/errors.ts';

/**
 * Loads a client of the AWS SDK only when needed. Its packages are optional dependencies.
 *
 * @param name of the package, for the error
 * @throws {CollectorError} `ERR_AWS_SDK` when it is not installed; the message says what to install
 */
export async function loadSdk<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CollectorError(
      'ERR_AWS_SDK',
      `this needs the AWS SDK, which is not installed: npm install ${name} beside sandscope (with -g if sandscope is installed globally)`,
      { cause: error },
    );
  }
}
