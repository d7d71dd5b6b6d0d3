export { CallSealer } from './call-sealer.ts';
export { listDependencies } from './list.ts';
