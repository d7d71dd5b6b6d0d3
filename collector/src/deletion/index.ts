export { Deleter } from './deleter.ts';
export { LateSpans } from './late-spans.ts';
export type { Listed } from './list-data.ts';
export { askForDeletion, DELETION_COMMAND, serveDeletion } from './protocol.ts';
export { DELETION_KINDS, isDeletionKind, nameOf } from './target.ts';
export type { DeletionTarget } from './target.ts';
