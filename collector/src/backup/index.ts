export * from './offline.ts';
export * from './online.ts';
export { BACKUP_COMMAND } from './protocol.ts';
export * from './restore.ts';
export * from './service.ts';
export { removeSnapshot } from './snapshot.ts';
