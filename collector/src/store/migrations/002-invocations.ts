import * as semconv from '@sandscope/probes/semconv';
import { attribute, columnsAt, END_COLUMNS, INVOCATION_COLUMNS } from '../catalogue/span-columns.ts';
import type { SpanColumn } from '../catalogue/span-columns.ts';
import { DURABLE } from './001-spans.ts';
import type { Migration } from './migration.ts';

/** Typed rows are small and are kept longer than their spans. */
const RETENTION_DAYS = 90;

const VERSION = 2;

const columnsOf = (columns: readonly SpanColumn[]): string =>
  columnsAt(columns, VERSION)
    .map(({ name, type }) => `${name} ${type} CODEC(ZSTD(1))`)
    .join(',\n      ');
export const namesOf = (columns: readonly SpanColumn[], version: number): string =>
  columnsAt(columns, version)
    .map(({ name }) => name)
    .join(', ');
export const selectOf = (columns: readonly SpanColumn[], version: number): string =>
  columnsAt(columns, version)
    .map(({ name, expression }) => `${expression} AS ${name}`)
    .join(',\n      ');

/**
 * `invocations` has one typed row per invocation span that names its sandbox; `sandbox_ends` has one per sandbox that
 * reported that it was told to stop. Views fill both from `otel_traces`, whoever writes to it. Missing values are NULL;
 * missing text is empty. Attributes are looked up on the span, then on the resource.
 */
export const invocationsTable: Migration = {
  name: 'invocations',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.invocations (
      ${columnsOf(INVOCATION_COLUMNS)},
      INDEX idx_start start TYPE minmax GRANULARITY 1,
      INDEX idx_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX idx_sandbox_id sandbox_id TYPE bloom_filter(0.01) GRANULARITY 1
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toDate(received_at)
    ORDER BY (function, start, trace_id, span_id)
    TTL received_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS ${database}.sandbox_ends (
      ${columnsOf(END_COLUMNS)}
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toDate(received_at)
    ORDER BY (function, time, sandbox_id, trace_id, span_id)
    TTL received_at + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.invocations_mv TO ${database}.invocations AS
    ${invocations(database)}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.sandbox_ends_mv TO ${database}.sandbox_ends AS
    ${ends(database)}`,
  ],
};

/** A row of `otel_traces` that has the sandbox's own id. */
export const NAMES_ITSELF = `${attribute(semconv.ATTR_SANDBOX_ID)} != ''`;

/** The SELECT that fills `invocations`; conditions may follow. */
export function invocations(database: string): string {
  return `SELECT
      ${selectOf(INVOCATION_COLUMNS, VERSION)}
    FROM ${database}.otel_traces
    WHERE SpanKind IN ('Server', 'SPAN_KIND_SERVER') AND ${NAMES_ITSELF}`;
}

/** The SELECT that fills `sandbox_ends`; conditions may follow. */
export function ends(database: string): string {
  return `SELECT
      ${selectOf(END_COLUMNS, VERSION)}
    FROM ${database}.otel_traces
    WHERE SpanName = '${semconv.SPAN_SHUTDOWN}' AND ${NAMES_ITSELF}`;
}

/** Creates the typed rows of spans that are older than the views. Running it again creates the same rows. */
export function backFill(database: string): string[] {
  const older = (table: string): string =>
    `AND ReceivedAt <= (SELECT if(count() = 0, now() + toIntervalDay(1), min(received_at)) FROM ${database}.${table})`;
  return [
    `INSERT INTO ${database}.invocations (${namesOf(INVOCATION_COLUMNS, VERSION)})
    ${invocations(database)} ${older('invocations')}`,
    `INSERT INTO ${database}.sandbox_ends (${namesOf(END_COLUMNS, VERSION)})
    ${ends(database)} ${older('sandbox_ends')}`,
  ];
}
