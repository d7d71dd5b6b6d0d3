export type { BackupSummary } from './manifest.ts';
export * from './offline.ts';
export * from './restore.ts';
