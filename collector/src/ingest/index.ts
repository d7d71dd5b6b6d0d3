export * from './ingest.ts';
export type { ThreadStatus } from './messages.ts';
export * from './pump.ts';
