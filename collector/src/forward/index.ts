export * from './forwarder.ts';
export * from './target.ts';
