export * from './command-line.ts';
export * from './fail.ts';
export * from '../process/package-version.ts';
