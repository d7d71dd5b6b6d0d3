import { DURABLE } from './001-spans.ts';
import type { Migration } from './migration.ts';

/** Small, and needed longer than the spans it is computed from are kept. */
const RETENTION_DAYS = 400;
const SLOT_NANOS = '600000000000';
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';

const selectActivity = (database: string): string =>
  `SELECT toInt32(intDiv(toUnixTimestamp64Nano(Timestamp), ${SLOT_NANOS})) AS slot, max(ReceivedAt) AS changed_at
    FROM ${database}.otel_traces
    GROUP BY slot`;

/**
 * `service_calls`: who called whom in each ten-minute period. A server job counts each period once it is over, and
 * again as a whole when further spans of it arrive. `span_activity` records which periods received spans when.
 */
export const serviceCallTables: Migration = {
  name: 'service-calls',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.span_activity (
      slot Int32 CODEC(Delta, ZSTD(1)),
      changed_at SimpleAggregateFunction(max, DateTime) CODEC(Delta, ZSTD(1))
    )
    ENGINE = AggregatingMergeTree
    ORDER BY slot
    TTL changed_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.span_activity_mv TO ${database}.span_activity AS
    ${selectActivity(database)}`,
    `INSERT INTO ${database}.span_activity (slot, changed_at)
    ${selectActivity(database)}`,
    `CREATE TABLE IF NOT EXISTS ${database}.service_calls (
      slot Int32 CODEC(Delta, ZSTD(1)),
      parent ${NAME},
      child ${NAME},
      calls UInt64 CODEC(T64, ZSTD(1)),
      sealed_at DateTime CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    ORDER BY (slot, parent, child)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 0`,
  ],
};
