/** Evidence about invocations for the judge of sandboxes: `summarise` a slot, `merge` slots, `encodeEvidence`. */
export * from './codec.ts';
export * from './merge.ts';
export { summarise, USE_FLAG } from './slot-evidence.ts';
export type { Environment } from './slot-evidence.ts';
export type * from './use.ts';
