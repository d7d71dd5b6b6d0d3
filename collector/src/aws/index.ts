export { awsError } from './aws-error.ts';
export { clientOptions } from './client-options.ts';
export { loadSdk } from './load-sdk.ts';
