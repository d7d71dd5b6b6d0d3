export type { Ack } from './acceptor.ts';
export { ACKS } from './acceptor.ts';
export * from './ingest.ts';
export type { ThreadStatus } from './messages.ts';
export * from './pump.ts';
