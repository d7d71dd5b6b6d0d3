import { ends, invocations } from './002-invocations.ts';
import type { Migration } from './migration.ts';

/** Spans say so themselves where a collector of ours took them; of those others wrote, the times tell. */
const AHEAD_SECONDS = 300;
const LATEST = `(toInt64(toUnixTimestamp(ReceivedAt)) + ${AHEAD_SECONDS}) * 1000000000`;

/** Whether the times of a row of `otel_traces` can be: from 2014 to five minutes after it came, its end after its start. */
export const PLAUSIBLE_TIMES = `ImplausibleTimes = 0 AND Timestamp >= toDateTime64('2014-01-01 00:00:00', 9, 'UTC')
      AND toUnixTimestamp64Nano(Timestamp) <= ${LATEST}
      AND Duration <= toUInt64(greatest(0, ${LATEST} - toUnixTimestamp64Nano(Timestamp)))`;

/** The same of a row of `invocations` that came when nobody looked. */
const IMPLAUSIBLE_INVOCATION = `start < toDateTime64('2014-01-01 00:00:00', 9, 'UTC')
      OR toUnixTimestamp64Nano(start) + toFloat64(duration_ns) > (toUnixTimestamp(received_at) + ${AHEAD_SECONDS}.0) * 1e9`;

const SLOT_NANOS = '600000000000';

/**
 * A row of `otel_traces` is known by what a span is known by: trace, span, kind, service and start to the nanosecond. Client
 * and server of one call may share both ids (Zipkin's way), and a merge made one row of them when they began in the same
 * second. A sorting key can only be extended by columns that are made with it, hence the two that say again what others
 * say; they get their expressions afterwards, as such columns may have none. All of it changes no row: parts that are
 * there already are read with the expressions.
 *
 * And `ImplausibleTimes`: spans with times that cannot be are kept as spans, and in no statistics. Invocations with
 * such times that are there already are removed, and what was computed with them is computed again. The new views are there
 * before the old ones go: a row made twice is one row, and MODIFY QUERY forgets the insert tokens at a restart (26.7).
 */
export const wholeIdentity: Migration = {
  name: 'whole-identity',
  statements: (database) => [
    `ALTER TABLE ${database}.otel_traces ADD COLUMN IF NOT EXISTS StartNanos UInt32 CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS KeyKind LowCardinality(String) CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS ImplausibleTimes UInt8 DEFAULT 0 CODEC(ZSTD(1)), MODIFY ORDER BY (ServiceName, SpanName, toDateTime(Timestamp), TraceId, SpanId, StartNanos, KeyKind)`,
    `ALTER TABLE ${database}.otel_traces MODIFY COLUMN StartNanos UInt32 DEFAULT toUInt32(toUnixTimestamp64Nano(Timestamp) % 1000000000) CODEC(ZSTD(1)), MODIFY COLUMN KeyKind LowCardinality(String) DEFAULT SpanKind CODEC(ZSTD(1))`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.plausible_invocations_mv TO ${database}.invocations AS
    ${invocations(database)} AND ${PLAUSIBLE_TIMES}`,
    `DROP VIEW IF EXISTS ${database}.invocations_mv`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.plausible_sandbox_ends_mv TO ${database}.sandbox_ends AS
    ${ends(database)} AND ${PLAUSIBLE_TIMES}`,
    `DROP VIEW IF EXISTS ${database}.sandbox_ends_mv`,
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(start), ${SLOT_NANOS})) AS slot, function, now() AS changed_at, 0 AS rows
    FROM ${database}.invocations
    WHERE ${IMPLAUSIBLE_INVOCATION}
    GROUP BY slot, function`,
    `ALTER TABLE ${database}.invocations DELETE WHERE ${IMPLAUSIBLE_INVOCATION}`,
  ],
};
