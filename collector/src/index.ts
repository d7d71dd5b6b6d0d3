export * from './app.ts';
export * from './config/index.ts';
export * from './errors.ts';
export * from './metrics.ts';
export * from './server.ts';
export * from './status.ts';
