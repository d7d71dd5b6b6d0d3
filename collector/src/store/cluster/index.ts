export { toClusterDdl } from './cluster-ddl.ts';
export { layoutOf } from './layout.ts';
export type { Layout } from './layout.ts';
