export * from './cursors.ts';
export * from './dead-letters.ts';
export * from './directory-lock.ts';
export * from './inbox.ts';
export * from './inbox-copy.ts';
export { pack, unpack } from './packing.ts';
export type { Packed } from './packing.ts';
export type { InboxEntry, InboxRequest } from './requests.ts';
