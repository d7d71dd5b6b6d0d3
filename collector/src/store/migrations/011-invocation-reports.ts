import * as semconv from '@sandscope/probes/semconv';
import { DURABLE } from './001-spans.ts';
import { FUNCTION_OF_SPAN } from '../catalogue/span-columns.ts';
import { PLAUSIBLE_TIMES } from './009-whole-identity.ts';
import type { Migration } from './migration.ts';

/** As long as the typed rows they belong to. */
const RETENTION_DAYS = 90;
const TEXT = 'String CODEC(ZSTD(1))';
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';
const TIME = 'DateTime64(9) CODEC(Delta, ZSTD(1))';

const ofSpan = (name: string): string => `SpanAttributes['${name}']`;
const ofResource = (name: string): string => `ResourceAttributes['${name}']`;

const COLUMNS: readonly (readonly [name: string, type: string, expression: string])[] = [
  ['function', NAME, FUNCTION_OF_SPAN],
  ['version', NAME, ofResource(semconv.ATTR_FAAS_VERSION)],
  ['region', NAME, ofResource(semconv.ATTR_CLOUD_REGION)],
  ['account_id', NAME, ofResource(semconv.ATTR_CLOUD_ACCOUNT_ID)],
  ['invocation_id', TEXT, ofSpan(semconv.ATTR_FAAS_INVOCATION_ID)],
  ['start', TIME, 'Timestamp'],
  ['duration_ns', 'UInt64 CODEC(ZSTD(1))', 'Duration'],
  ['trace_id', TEXT, 'TraceId'],
  ['span_id', TEXT, 'SpanId'],
  ['instance', TEXT, ofResource(semconv.ATTR_FAAS_INSTANCE)],
  [
    'billed_ms',
    'Nullable(Float64) CODEC(ZSTD(1))',
    `toFloat64OrNull(${ofSpan(semconv.ATTR_BILLED_DURATION_MS)})`,
  ],
  [
    'billed_restore_ms',
    'Nullable(Float64) CODEC(ZSTD(1))',
    `toFloat64OrNull(${ofSpan(semconv.ATTR_BILLED_RESTORE_MS)})`,
  ],
  [
    'init_duration_ms',
    'Nullable(Float64) CODEC(ZSTD(1))',
    `toFloat64OrNull(${ofSpan(semconv.ATTR_INIT_DURATION_MS)})`,
  ],
  [
    'memory_max_used_bytes',
    'Nullable(UInt64) CODEC(ZSTD(1))',
    `toUInt64OrNull(${ofSpan(semconv.ATTR_MEMORY_MAX_USED_BYTES)})`,
  ],
  ['received_at', 'DateTime CODEC(Delta, ZSTD(1))', 'ReceivedAt'],
];

const names = COLUMNS.map(([name]) => name).join(', ');

const select = (database: string): string => `SELECT
      ${COLUMNS.map(([name, , expression]) => `${expression} AS ${name}`).join(',\n      ')}
    FROM ${database}.otel_traces
    WHERE ScopeName = '${semconv.SCOPE_IMPORT}' AND ${ofResource(semconv.ATTR_IMPORT_FORMAT)} = 'cloudwatch'
      AND ${ofSpan(semconv.ATTR_FAAS_INVOCATION_ID)} != '' AND ${PLAUSIBLE_TIMES}`;

/**
 * What Lambda's log says about an invocation, in addition to its span: `invocation_reports` has every REPORT line that
 * arrived. A job finds the lines that have a span (`report_joins`) and removes the rows made from the line alone from
 * `invocations`: there one request is one row, whichever arrived first.
 */
export const invocationReports: Migration = {
  name: 'invocation-reports',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.invocation_reports (
      ${COLUMNS.map(([name, type]) => `${name} ${type}`).join(',\n      ')}
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toDate(received_at)
    ORDER BY (function, start, invocation_id, trace_id, span_id)
    TTL received_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS ${database}.report_joins (
      function ${NAME},
      invocation_id ${TEXT},
      start ${TIME},
      report_trace_id ${TEXT},
      report_span_id ${TEXT},
      trace_id ${TEXT},
      span_id ${TEXT},
      joined_at DateTime CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(joined_at)
    PARTITION BY toYYYYMM(start)
    ORDER BY (function, start, invocation_id, report_trace_id, report_span_id)
    TTL joined_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.invocation_reports_mv TO ${database}.invocation_reports AS
    ${select(database)}`,
    `INSERT INTO ${database}.invocation_reports (${names})
    ${select(database)}`,
  ],
};
