export * from './cursors.ts';
export * from './directory-lock.ts';
export * from './inbox.ts';
