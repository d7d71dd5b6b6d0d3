/** The fates of sandboxes: the evidence of the store, judged as of a moment. */
export { fateUnknown } from './fate.ts';
export type { Fate } from './fate.ts';
export type { JudgedDeployment, JudgedFunction } from './judged-function.ts';
export { judgementsOf } from './judgements.ts';
export type { Deployment } from './deployment.ts';
export { judgedByCounts } from './judged-by-counts.ts';
