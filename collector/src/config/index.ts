export * from './config.ts';
export * from './option.ts';
export type { SecurityConfig } from './security.ts';
export * from './settings.ts';
