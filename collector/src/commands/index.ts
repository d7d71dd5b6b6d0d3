export * from './command-line.ts';
export * from './fail.ts';
