import { DURABLE } from './001-spans.ts';
import { backFill } from './002-invocations.ts';
import type { Migration } from './migration.ts';

/** Derived from other tables and kept longest: a question about last year costs only as much as its sandboxes. */
const RETENTION_DAYS = 400;
const SLOT_NANOS = '600000000000';

const MADE_AGAIN = `SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 0`;
const TEXT = 'String CODEC(ZSTD(1))';
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';
const COUNT = 'UInt64 CODEC(T64, ZSTD(1))';
const NANOS = 'Int64 CODEC(Delta, ZSTD(1))';

/**
 * The rollups that the correlators read instead of `invocations` once a stretch of time has become quiet. Each row is
 * computed from the rows of one time bucket, with each invocation counted once however often it was sent, and is
 * replaced as a whole when something arrives late. `activity` records what changed when; `seals` records which buckets
 * are computed, and up to when.
 *
 * Views do not fill them: a view would count repeated spans twice, and sees no order.
 */
export const rollupTables: Migration = {
  name: 'rollups',
  statements: (database) => [
    ...backFill(database),
    `ALTER TABLE ${database}.otel_traces MODIFY SETTING min_bytes_for_wide_part = 134217728`,
    `ALTER TABLE ${database}.otel_traces_trace_id_ts MODIFY SETTING min_bytes_for_wide_part = 134217728`,
    `ALTER TABLE ${database}.invocations MODIFY SETTING min_bytes_for_wide_part = 134217728`,
    `ALTER TABLE ${database}.sandbox_ends MODIFY SETTING min_bytes_for_wide_part = 134217728`,
    `CREATE TABLE IF NOT EXISTS ${database}.activity (
      slot Int32 CODEC(Delta, ZSTD(1)),
      function ${NAME},
      changed_at SimpleAggregateFunction(max, DateTime) CODEC(Delta, ZSTD(1)),
      rows SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))
    )
    ENGINE = AggregatingMergeTree
    ORDER BY (slot, function)
    TTL changed_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.activity_mv TO ${database}.activity AS
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(start), ${SLOT_NANOS})) AS slot, function,
      max(received_at) AS changed_at, count() AS rows
    FROM ${database}.invocations
    GROUP BY slot, function`,
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(start), ${SLOT_NANOS})) AS slot, function,
      max(received_at) AS changed_at, count() AS rows
    FROM ${database}.invocations
    GROUP BY slot, function`,
    `CREATE TABLE IF NOT EXISTS ${database}.seals (
      width UInt32,
      bucket DateTime,
      sealed_at DateTime
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    ORDER BY (width, bucket)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    ${MADE_AGAIN}`,
    `CREATE TABLE IF NOT EXISTS ${database}.sandboxes (
      width UInt32 CODEC(ZSTD(1)),
      bucket DateTime CODEC(Delta, ZSTD(1)),
      function ${NAME},
      version ${NAME},
      region ${NAME},
      sandbox_id ${TEXT},
      process ${TEXT},
      first_ns ${NANOS},
      last_start_ns ${NANOS},
      last_end_ns ${NANOS},
      invocations ${COUNT},
      cold ${COUNT},
      warm ${COUNT},
      errors ${COUNT},
      ordinal_min ${COUNT},
      ordinal_max ${COUNT},
      ordinals ${COUNT},
      most_concurrent ${COUNT},
      export_ms_max Float64 CODEC(ZSTD(1)),
      cold_starts Array(Tuple(start_ns Int64, init_ms Float64)) CODEC(ZSTD(1)),
      instance ${TEXT},
      boot_id ${TEXT},
      isolation ${NAME},
      init_types Array(LowCardinality(String)) CODEC(ZSTD(1)),
      host_declared_id ${TEXT},
      platform ${NAME},
      account_id ${NAME},
      sealed_at DateTime CODEC(Delta, ZSTD(1)),
      INDEX idx_sandbox_id sandbox_id TYPE bloom_filter(0.01) GRANULARITY 1
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    PARTITION BY (width, toYYYYMM(bucket))
    ORDER BY (width, bucket, function, version, region, sandbox_id, process)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    ${MADE_AGAIN}`,
    `CREATE TABLE IF NOT EXISTS ${database}.function_rollup (
      width UInt32 CODEC(ZSTD(1)),
      bucket DateTime CODEC(Delta, ZSTD(1)),
      function ${NAME},
      invocations ${COUNT},
      last_start_ns ${NANOS},
      durations AggregateFunction(quantilesDD(0.005, 0.5, 0.95, 0.99), Float64) CODEC(ZSTD(1)),
      cold_durations AggregateFunction(quantilesDD(0.005, 0.5, 0.95, 0.99), Float64) CODEC(ZSTD(1)),
      warm_durations AggregateFunction(quantilesDD(0.005, 0.5, 0.95, 0.99), Float64) CODEC(ZSTD(1)),
      gaps Array(Tuple(bin Int16, count UInt64)) CODEC(ZSTD(1)),
      first_host ${TEXT},
      first_sandbox ${TEXT},
      last_host ${TEXT},
      last_sandbox ${TEXT},
      pairs ${COUNT},
      hops ${COUNT},
      sandbox_hops ${COUNT},
      certain_pairs ${COUNT},
      certain_hops ${COUNT},
      transitions Array(Tuple(source String, target String, pairs UInt64, moved UInt64, certain UInt64)) CODEC(ZSTD(1)),
      sealed_at DateTime CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    PARTITION BY (width, toYYYYMM(bucket))
    ORDER BY (width, bucket, function)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    ${MADE_AGAIN}`,
    `CREATE TABLE IF NOT EXISTS ${database}.minute_rollup (
      minute DateTime CODEC(Delta, ZSTD(1)),
      function ${NAME},
      version ${NAME},
      region ${NAME},
      invocations ${COUNT},
      cold ${COUNT},
      warm ${COUNT},
      errors ${COUNT},
      sealed_at DateTime CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    PARTITION BY toYYYYMM(minute)
    ORDER BY (minute, function, version, region)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    ${MADE_AGAIN}`,
  ],
};
