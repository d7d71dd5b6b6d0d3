import type { Connection } from '../connection.ts';
import { quote } from '../query-params.ts';
import { toClusterDdl } from './cluster-ddl.ts';

/** The layout of the tables in a ClickHouse: all in one place, or replicated and sharded over a cluster. */
export interface Layout {
  /** The database that every reader and writer names. */
  readonly database: string;
  /** The database of the tables that hold the rows, and of the views that fill them. */
  readonly tablesDatabase: string;
  /** `ON CLUSTER …` with a leading space, or empty. */
  readonly onCluster: string;
  /** Statements that create the databases. */
  readonly databases: readonly string[];
  /** Engine of a small table of which every server of the cluster has a full copy. */
  readonly everywhere: (table: string) => string;
  /** Converts a migration statement for this layout. */
  readonly expand: (statement: string) => readonly string[];
}

/**
 * On a cluster, the well-known names are `Distributed` tables. The rows are in tables of the same names in a second
 * database (`sandscope_local`), so the views of a shard, written for one database, see only that shard.
 */
export function layoutOf({ database, cluster }: Pick<Connection, 'database' | 'cluster'>): Layout {
  if (cluster === undefined) {
    return {
      database,
      tablesDatabase: database,
      onCluster: '',
      databases: [`CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic`],
      everywhere: () => 'ReplacingMergeTree',
      expand: (statement) => [statement],
    };
  }
  const names = { cluster, database, tablesDatabase: `${database}_local` };
  const onCluster = ` ON CLUSTER ${quote(cluster)}`;
  return {
    ...names,
    onCluster,
    databases: [database, names.tablesDatabase].map(
      (name) => `CREATE DATABASE IF NOT EXISTS ${name}${onCluster} ENGINE = Atomic`,
    ),
    everywhere: (table) =>
      `ReplicatedReplacingMergeTree('/clickhouse/tables/${cluster}/all/${database}/${table}', '{shard}-{replica}')`,
    expand: (statement) => toClusterDdl(statement, names),
  };
}

/**
 * Settings of every statement on a cluster. An insert into a `Distributed` table ends once the rows are on their
 * shards; otherwise an acknowledged insert could be lost with the server that received it. A sub-query in IN or JOIN
 * sees all shards. If some server does not apply a schema change, the error arrives before the client times out.
 */
export function clusterSettings({ cluster }: Pick<Connection, 'cluster'>): Record<string, string | number> {
  if (cluster === undefined) return {};
  return {
    distributed_foreground_insert: 1,
    distributed_product_mode: 'global',
    distributed_ddl_task_timeout: 45,
  };
}
