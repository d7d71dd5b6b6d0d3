import type { Connection } from '../connection.ts';
import { quote } from '../query-params.ts';
import { toClusterDdl } from './cluster-ddl.ts';

/** How the tables lie in a ClickHouse: all in one place, or replicated and sharded over a cluster. */
export interface Layout {
  /** What every reader and writer names. */
  readonly database: string;
  /** Where the tables that hold the rows, and the views that fill them, are made. */
  readonly tablesDatabase: string;
  /** `ON CLUSTER …` with a space before it, or nothing. */
  readonly onCluster: string;
  /** Statements that make the databases. */
  readonly databases: readonly string[];
  /** Engine of a small table that every server of the cluster holds whole. */
  readonly everywhere: (table: string) => string;
  /** What a statement of a migration becomes here. */
  readonly expand: (statement: string) => readonly string[];
}

/**
 * On a cluster the names everybody uses are `Distributed` tables. The rows are in tables of the same names in a second
 * database (`sandscope_local`), so that the views of a shard, written for one database, see that shard alone.
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
 * What every statement on a cluster runs with. An insert into a `Distributed` table ends when the rows are on their
 * shards, else an acknowledged one could be lost with the server that took it; a sub-query in IN or JOIN sees all
 * shards; a change of the schema that some server does not carry out is an error before the client's patience ends.
 */
export function clusterSettings({ cluster }: Pick<Connection, 'cluster'>): Record<string, string | number> {
  if (cluster === undefined) return {};
  return {
    distributed_foreground_insert: 1,
    distributed_product_mode: 'global',
    distributed_ddl_task_timeout: 45,
  };
}
