import { INVOCATION_COLUMNS } from '../catalogue/span-columns.ts';
import type { Migration } from './migration.ts';

const RETENTION_DAYS = 400;
const MADE_AGAIN = `SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 0`;
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';
const NANOS_TYPE = 'DateTime64(9)';

/** Columns of `invocations` that questions about starts need. */
export const FIRST_CALL_COLUMNS = [
  'function',
  'version',
  'region',
  'platform',
  'account_id',
  'start',
  'duration_ns',
  'trace_id',
  'span_id',
  'parent_span_id',
  'sandbox_id',
  'instance',
  'ordinal',
  'cold',
  'init_type',
  'init_duration_ms',
  'init_runtime_ms',
  'init_module_ms',
  'init_pool_dwell_ms',
  'cpu_model',
  'host_arch',
  'memory_limit_bytes',
  'status',
  'trigger_delay_ms',
  'invocation_mode',
] as const;

function definitionOf(name: string): string {
  const type = INVOCATION_COLUMNS.find((column) => column.name === name)?.type ?? '';
  return `${name} ${type} CODEC(${type === NANOS_TYPE ? 'Delta, ' : ''}ZSTD(1))`;
}

/**
 * `first_calls`: the invocations of sealed buckets that were cold or the first of their process. They are one in
 * hundreds, scattered over all of `invocations`: to read their ids and texts there is to read those of every
 * invocation. `warm_rollup`: durations of successful warm calls by configuration, which cold starts are compared with,
 * counted in bins. `sandboxes` keeps what the machine of a sandbox is. Buckets sealed before have none of these; they
 * are sealed again, as long as their invocations exist.
 */
export const firstCalls: Migration = {
  name: 'first-calls',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.first_calls (
      width UInt32 CODEC(ZSTD(1)),
      bucket DateTime CODEC(Delta, ZSTD(1)),
      ${FIRST_CALL_COLUMNS.map(definitionOf).join(',\n      ')},
      form UInt8 CODEC(ZSTD(1)),
      sealed_at DateTime CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    PARTITION BY (width, toYYYYMM(bucket))
    ORDER BY (width, bucket, function, start, trace_id, span_id, form)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    ${MADE_AGAIN}`,
    `CREATE TABLE IF NOT EXISTS ${database}.warm_rollup (
      width UInt32 CODEC(ZSTD(1)),
      bucket DateTime CODEC(Delta, ZSTD(1)),
      function ${NAME},
      version ${NAME},
      region ${NAME},
      account_id ${NAME},
      memory_limit_bytes UInt64 CODEC(ZSTD(1)),
      cpu_model ${NAME},
      duration_bins Array(Tuple(bin Int16, count UInt64)) CODEC(ZSTD(1)),
      form UInt8 CODEC(ZSTD(1)),
      sealed_at DateTime CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(sealed_at)
    PARTITION BY (width, toYYYYMM(bucket))
    ORDER BY (width, bucket, function, version, region, account_id, memory_limit_bytes, cpu_model, form)
    TTL sealed_at + toIntervalDay(${RETENTION_DAYS})
    ${MADE_AGAIN}`,
    `ALTER TABLE ${database}.sandboxes ADD COLUMN IF NOT EXISTS host_arch ${NAME}, ADD COLUMN IF NOT EXISTS memory_total_bytes Nullable(UInt64) CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS cgroup_quota_ratio Nullable(Float64) CODEC(ZSTD(1))`,
  ],
};
