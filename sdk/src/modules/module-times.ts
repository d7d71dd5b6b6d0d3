import { envVar } from '../fence/environment.ts';

/**
 * Loads the module timing if it is requested, before the function loads the rest of its modules. The bundles load it at
 * once (see `.ci/sdk-bundle.ts`), the sources as early as possible.
 */
if (envVar('SANDSCOPE_MODULES')?.trim() === '1') void import('./index.ts');
