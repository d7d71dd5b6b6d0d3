import { createClient } from '@clickhouse/client';
import type { Connection } from './client.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { TestWriter } from './test-writer.ts';
import type { TraceRow } from './trace-row.ts';

/** Creates a database as an older version left it, with rows. */
export async function makeOldStore(
  connection: Connection & { readonly database: string },
  version: number,
  rows: readonly TraceRow[],
): Promise<void> {
  const { url, user, password, database } = connection;
  const client = createClient({ url, username: user, password });
  const run = (query: string) => client.command({ query });
  await run(`CREATE DATABASE ${database} ENGINE = Atomic`);
  await run(
    `CREATE TABLE ${database}.migrations (version UInt32, name String, applied_at DateTime DEFAULT now())
    ENGINE = ReplacingMergeTree ORDER BY version`,
  );
  for (const [index, migration] of MIGRATIONS.slice(0, version).entries()) {
    for (const statement of migration.statements(database)) await run(statement);
    await run(
      `INSERT INTO ${database}.migrations (version, name) VALUES (${index + 1}, '${migration.name}')`,
    );
  }
  // The writer is the current one: it names a column that did not exist.
  const isOld = MIGRATIONS.slice(0, version).every(({ name }) => name !== 'whole-identity');
  if (isOld) await run(`ALTER TABLE ${database}.otel_traces ADD COLUMN ImplausibleTimes UInt8 DEFAULT 0`);
  const writer = new TestWriter(connection);
  await writer.insert([...rows], `old-${version}`);
  await writer.close();
  if (isOld) await run(`ALTER TABLE ${database}.otel_traces DROP COLUMN ImplausibleTimes`);
  await client.close();
}
