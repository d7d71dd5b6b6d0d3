export { toClusterDdl } from './cluster-ddl.ts';
export type { ClusterNames } from './cluster-ddl.ts';
export { clusterSettings, layoutOf } from './layout.ts';
export type { Layout } from './layout.ts';
