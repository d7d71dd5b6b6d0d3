export * from './group-by.ts';
export * from './thinned.ts';
