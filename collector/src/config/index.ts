export * from './config.ts';
export * from './option.ts';
export * from './settings.ts';
