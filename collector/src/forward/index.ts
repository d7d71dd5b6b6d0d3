export * from './forwarder.ts';
export * from './target.ts';
export * from './headers.ts';
export * from './shown-url.ts';
