import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseError } from '@clickhouse/client';
import type { Connection } from '../client.ts';
import { layoutOf } from '../cluster/layout.ts';
import { spansTable } from './001-spans.ts';
import { invocationsTable } from './002-invocations.ts';
import { rollupTables } from './003-rollups.ts';
import { invocationCodecs } from './004-codecs.ts';
import { durationBins } from './005-duration-bins.ts';
import { serviceCallTables } from './006-service-calls.ts';
import { attributeIndex } from './007-attribute-index.ts';
import { fewerMerges } from './008-fewer-merges.ts';
import { wholeIdentity } from './009-whole-identity.ts';
import { sandboxIdentity } from './010-sandbox-identity.ts';
import { invocationReports } from './011-invocation-reports.ts';
import { idleOutcomes } from './012-idle-outcomes.ts';
import { gatheredColumns } from './013-gathered-columns.ts';
import { deletionsTable } from './014-deletions.ts';
import { podIdentity } from './015-pod-identity.ts';
import { firstCalls } from './016-first-calls.ts';
import { forEmptyDatabase } from './fresh.ts';
import { withMigrationLock } from './lock.ts';
import type { Migration } from './migration.ts';

/**
 * In order; the position is the version. A published step is never edited, except into a form that creates exactly the
 * same tables; add a new one instead.
 */
export const MIGRATIONS: readonly Migration[] = [
  spansTable,
  invocationsTable,
  rollupTables,
  invocationCodecs,
  durationBins,
  serviceCallTables,
  attributeIndex,
  fewerMerges,
  wholeIdentity,
  sandboxIdentity,
  invocationReports,
  idleOutcomes,
  gatheredColumns,
  deletionsTable,
  podIdentity,
  firstCalls,
];

/** No such table, no such database. */
const NOT_THERE = new Set([60, 81]);

/**
 * Brings the schema up to date. Running it again changes nothing. If several servers start at once on the same
 * database, one does the work and the others wait for it.
 */
export async function migrate(
  client: ClickHouseClient,
  connection: Pick<Connection, 'database' | 'cluster' | 'exclusive'>,
): Promise<void> {
  const layout = layoutOf(connection);
  // Usually there is nothing to do; on a cluster this case must not require every server to be up.
  if ((await appliedVersion(client, layout.database)) >= MIGRATIONS.length) return;
  const bookkeeping = `CREATE TABLE IF NOT EXISTS ${layout.database}.migrations${layout.onCluster} (
      version UInt32, name String, applied_at DateTime DEFAULT now()
    ) ENGINE = ${layout.everywhere('migrations')} ORDER BY version`;
  for (const query of [...layout.databases, bookkeeping]) await client.command({ query });
  const bringUpToDate = async (): Promise<void> => {
    if (connection.cluster !== undefined) {
      await client.command({ query: `SYSTEM SYNC REPLICA ${layout.database}.migrations` });
    }
    const done = await appliedVersion(client, layout.database);
    if (done === 0 && connection.cluster === undefined && (await isEmpty(client, layout.database))) {
      await makeAll(client, layout.database);
      return;
    }
    for (const [index, migration] of MIGRATIONS.entries()) {
      const version = index + 1;
      if (version <= done) continue;
      const statements = migration.statements(layout.tablesDatabase);
      for (const query of statements.flatMap((statement) => layout.expand(statement))) {
        await client.command({ query });
      }
      await client.command({
        query: `INSERT INTO ${layout.database}.migrations (version, name) VALUES (${version}, '${migration.name}')`,
      });
    }
  };
  // A lock outlives a killed server; where no other server can exist, the next start must not wait for it.
  await (connection.exclusive ? bringUpToDate() : withMigrationLock(client, layout, bringUpToDate));
}

/** True when there are no tables but those of the migrations themselves. */
async function isEmpty(client: ClickHouseClient, database: string): Promise<boolean> {
  const result = await client.query({
    query: `SELECT count() = 0 AS is_empty FROM system.tables
      WHERE database = '${database}' AND name != 'migrations' AND NOT startsWith(name, 'migration_lock_')`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ is_empty: number }>();
  return row?.is_empty === 1;
}

/**
 * All steps at once. If it fails half-way, the next start runs the steps one by one; each can detect that its work is
 * done.
 */
async function makeAll(client: ClickHouseClient, database: string): Promise<void> {
  const statements = MIGRATIONS.flatMap((migration) => migration.statements(database));
  for (const query of forEmptyDatabase(statements)) await client.command({ query });
  const rows = MIGRATIONS.map(({ name }, index) => `(${index + 1}, '${name}')`).join(', ');
  await client.command({ query: `INSERT INTO ${database}.migrations (version, name) VALUES ${rows}` });
}

/** 0 where nothing was created yet. */
async function appliedVersion(client: ClickHouseClient, database: string): Promise<number> {
  try {
    const query = `SELECT max(version) AS version FROM ${database}.migrations`;
    const result = await client.query({ query, format: 'JSONEachRow' });
    const [row] = await result.json<{ version: number }>();
    return row?.version ?? 0;
  } catch (error) {
    if (error instanceof ClickHouseError && NOT_THERE.has(Number(error.code))) return 0;
    throw error;
  }
}
