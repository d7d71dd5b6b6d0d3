/**
 * Loads what times modules where that is asked for, before the function loads the rest of its own. In the bundles it is
 * loaded at once (see `.ci/sdk-bundle.ts`), here as soon as can be.
 */
if (process.env['SANDSCOPE_MODULES']?.trim() === '1') void import('./index.ts');
