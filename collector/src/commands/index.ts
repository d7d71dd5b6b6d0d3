export * from './command-line.ts';
export * from './fail.ts';
export * from '../package-version.ts';
