import * as semconv from '@sandscope/probes/semconv';
import { attribute, FUNCTION_OF_SPAN } from '../catalogue/span-columns.ts';
import { DURABLE } from './001-spans.ts';
import { PLAUSIBLE_TIMES } from './009-whole-identity.ts';
import type { Migration } from './migration.ts';

const RETENTION_DAYS = 90;
const SLOT_NANOS = '600000000000';
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';
const TEXT = 'String CODEC(ZSTD(1))';
const COUNT = 'UInt32 CODEC(T64, ZSTD(1))';

const count = (name: string): string => `toUInt32OrZero(SpanAttributes['${name}'])`;

const COLUMNS: readonly (readonly [name: string, type: string, expression: string])[] = [
  ['function', NAME, FUNCTION_OF_SPAN],
  ['account_id', NAME, attribute(semconv.ATTR_CLOUD_ACCOUNT_ID)],
  ['region', NAME, attribute(semconv.ATTR_CLOUD_REGION)],
  ['platform', NAME, attribute(semconv.ATTR_CLOUD_PLATFORM)],
  ['start', 'DateTime64(9) CODEC(Delta, ZSTD(1))', 'Timestamp'],
  ['idle_ns', 'UInt64 CODEC(ZSTD(1))', 'Duration'],
  ['together', COUNT, `greatest(1, ${count(semconv.ATTR_IDLE_TOGETHER_COUNT)})`],
  ['warm', COUNT, count(semconv.ATTR_IDLE_WARM_COUNT)],
  ['gone', COUNT, count(semconv.ATTR_IDLE_GONE_COUNT)],
  ['trace_id', TEXT, 'TraceId'],
  ['span_id', TEXT, 'SpanId'],
  ['received_at', 'DateTime CODEC(Delta, ZSTD(1))', 'ReceivedAt'],
];

const select = (database: string): string => `SELECT
      ${COLUMNS.map(([name, , expression]) => `${expression} AS ${name}`).join(',\n      ')}
    FROM ${database}.otel_traces
    WHERE SpanName = '${semconv.SPAN_IDLE_OUTCOMES}' AND ${FUNCTION_OF_SPAN} != '' AND Duration > 0 AND ${PLAUSIBLE_TIMES}`;

/**
 * `idle_outcomes`: outcomes of idle sandboxes whose invocations were not recorded. They count as activity of their
 * function without any invocation, so that it is judged, and judged again when more of them arrive.
 */
export const idleOutcomes: Migration = {
  name: 'idle-outcomes',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.idle_outcomes (
      ${COLUMNS.map(([name, type]) => `${name} ${type}`).join(',\n      ')}
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toDate(received_at)
    ORDER BY (function, start, trace_id, span_id)
    TTL received_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.idle_outcomes_mv TO ${database}.idle_outcomes AS
    ${select(database)}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.idle_outcomes_activity_mv TO ${database}.activity AS
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(start), ${SLOT_NANOS})) AS slot, function,
      max(received_at) AS changed_at, toUInt64(0) AS rows
    FROM ${database}.idle_outcomes
    GROUP BY slot, function`,
  ],
};
