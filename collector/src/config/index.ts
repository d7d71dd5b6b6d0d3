export * from './config.ts';
export * from './misspelt.ts';
export * from './option.ts';
export { readSecurity } from './security.ts';
export * from './settings.ts';
