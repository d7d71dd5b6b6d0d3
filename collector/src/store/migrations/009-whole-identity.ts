import { ends, invocations } from './002-invocations.ts';
import type { Migration } from './migration.ts';

/**
 * Spans received by a Sandscope collector carry this flag themselves; for spans that others wrote, it follows from the
 * times.
 */
const AHEAD_SECONDS = 300;
const LATEST = `(toInt64(toUnixTimestamp(ReceivedAt)) + ${AHEAD_SECONDS}) * 1000000000`;

/**
 * Whether the times of a row of `otel_traces` are plausible: from 2014 to five minutes after arrival, the end not
 * before the start.
 */
export const PLAUSIBLE_TIMES = `ImplausibleTimes = 0 AND Timestamp >= toDateTime64('2014-01-01 00:00:00', 9, 'UTC')
      AND toUnixTimestamp64Nano(Timestamp) <= ${LATEST}
      AND Duration <= toUInt64(greatest(0, ${LATEST} - toUnixTimestamp64Nano(Timestamp)))`;

/** The same for a row of `invocations` that arrived before this check existed. */
const IMPLAUSIBLE_INVOCATION = `start < toDateTime64('2014-01-01 00:00:00', 9, 'UTC')
      OR toUnixTimestamp64Nano(start) + toFloat64(duration_ns) > (toUnixTimestamp(received_at) + ${AHEAD_SECONDS}.0) * 1e9`;

const SLOT_NANOS = '600000000000';

/**
 * Identifies a row of `otel_traces` like a span: by trace, span, kind, service and start to the nanosecond. Client and
 * server of one call may share both ids (Zipkin's way); a merge turned them into one row when they began in the same
 * second. A sorting key can only be extended by columns added in the same statement, hence the two columns that repeat
 * others; they get their expressions afterwards, because such columns may not have any at first. None of this rewrites
 * rows: existing parts are read with the expressions.
 *
 * Adds `ImplausibleTimes`: spans with impossible times are kept as spans but excluded from statistics. Existing
 * invocations with such times are removed, and rollups computed with them are computed again. The new views exist
 * before the old ones are dropped: a row inserted twice is one row, and MODIFY QUERY forgets the insert tokens at a
 * restart (26.7).
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
