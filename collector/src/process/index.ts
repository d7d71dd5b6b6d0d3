export { forkChild } from './fork-child.ts';
export { endOrphan, recordChild } from './orphan.ts';
export { makeDirectory } from './make-directory.ts';
export { offerToKernel } from './offer-to-kernel.ts';
export { makePrivate, PRIVATE_UMASK } from './private-files.ts';
