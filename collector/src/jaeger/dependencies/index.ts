export { CallSealer } from './call-sealer.ts';
export { listDependencies } from './list.ts';
export type { Dependency } from './list.ts';
