import type { ClickHouseClient } from '@clickhouse/client';
import { spansTable } from './001-spans.ts';
import { invocationsTable } from './002-invocations.ts';

/** One step of the schema. Every statement may run again after a crash half-way, so each says IF NOT EXISTS. */
export interface Migration {
  readonly name: string;
  /** DDL for tables in the given database, in order. */
  statements(database: string): readonly string[];
}

/** In order; the position is the version. A published step is never edited, a new one is added. */
const MIGRATIONS: readonly Migration[] = [spansTable, invocationsTable];

/** Brings the schema up to date. Running it again, or from two processes at once, changes nothing. */
export async function migrate(client: ClickHouseClient, database: string): Promise<void> {
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic` });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS ${database}.migrations (
      version UInt32, name String, applied_at DateTime DEFAULT now()
    ) ENGINE = ReplacingMergeTree ORDER BY version`,
  });
  const result = await client.query({
    query: `SELECT max(version) AS version FROM ${database}.migrations`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ version: number }>();
  const done = row?.version ?? 0;
  for (const [index, migration] of MIGRATIONS.entries()) {
    const version = index + 1;
    if (version <= done) continue;
    for (const query of migration.statements(database)) await client.command({ query });
    await client.command({
      query: `INSERT INTO ${database}.migrations (version, name) VALUES (${version}, '${migration.name}')`,
    });
  }
}
