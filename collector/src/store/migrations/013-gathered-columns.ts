import { columnsSince, GATHERED_SINCE, INVOCATION_COLUMNS } from '../catalogue/span-columns.ts';
import { DURABLE } from './001-spans.ts';
import { entryInvocations } from './010-sandbox-identity.ts';
import type { Migration } from './migration.ts';

/** Each day is filled in once; afterwards its row only records that. */
const RETENTION_DAYS = 90;
const SLOT_NANOS = '600000000000';

/** Whole numbers are close together. */
const codecOf = (type: string): string => (type.includes('UInt64') ? 'T64, ZSTD(1)' : 'ZSTD(1)');

/**
 * Adds columns to `invocations` for outgoing calls and for resources that sandboxes accumulate. Before, questions about
 * them read attribute maps of spans row by row, which took most of their time.
 *
 * A job (`InvocationFiller`) fills existing rows in, day by day: `invocation_fills` lists the days. Such a row is
 * marked `filled`: it replaces the old row but did not newly arrive, so it does not count in `activity`. The new views
 * exist before the old ones are dropped; a row inserted twice is one row.
 */
export const gatheredColumns: Migration = {
  name: 'gathered-columns',
  statements: (database) => [
    `ALTER TABLE ${database}.invocations ${columnsSince(INVOCATION_COLUMNS, GATHERED_SINCE)
      .map(({ name, type }) => `ADD COLUMN IF NOT EXISTS ${name} ${type} CODEC(${codecOf(type)})`)
      .join(', ')}, ADD COLUMN IF NOT EXISTS filled UInt8 CODEC(ZSTD(1))`,
    `CREATE TABLE IF NOT EXISTS ${database}.invocation_fills (
      day Date,
      done UInt8,
      changed_at DateTime DEFAULT now()
    )
    ENGINE = ReplacingMergeTree(done)
    ORDER BY (day)
    TTL changed_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.measured_invocations_mv TO ${database}.invocations AS
    ${entryInvocations(database, GATHERED_SINCE)}`,
    `DROP VIEW IF EXISTS ${database}.entry_invocations_mv`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.arrivals_mv TO ${database}.activity AS
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(start), ${SLOT_NANOS})) AS slot, function,
      max(received_at) AS changed_at, countIf(filled = 0) AS rows
    FROM ${database}.invocations
    GROUP BY slot, function`,
    `DROP VIEW IF EXISTS ${database}.activity_mv`,
    `INSERT INTO ${database}.invocation_fills (day, done)
    SELECT DISTINCT toDate(received_at) AS day, 0 AS done
    FROM ${database}.invocations`,
  ],
};
