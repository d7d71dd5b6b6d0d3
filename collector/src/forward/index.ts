export * from './forwarder.ts';
export * from './retry-after.ts';
export * from './target.ts';
