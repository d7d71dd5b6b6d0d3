import type { Migration } from './migration.ts';

/** Spans are kept this long after they arrived, whatever their timestamps. */
const RETENTION_DAYS = 30;

/** Settings of a table with acknowledged rows: on disk before the insert returns, and a repeated insert is skipped. */
export const DURABLE = `SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1, fsync_after_insert = 1,
      fsync_part_directory = 1, non_replicated_deduplication_window = 1000`;

const MAP = 'Map(LowCardinality(String), String) CODEC(ZSTD(1))';
const TYPES = 'Map(LowCardinality(String), LowCardinality(String)) CODEC(ZSTD(1))';
const TEXT = 'String CODEC(ZSTD(1))';
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';

/**
 * `otel_traces` with the columns of the OpenTelemetry ClickHouse exporter, so that its readers and writers work on it,
 * followed by Sandscope's own columns, all with defaults. A span sent twice is one row after a merge, and one row in
 * every query with FINAL before it.
 *
 * Partitions and retention use the day of arrival. A batch is then one part, however wrong the senders' clocks are, and
 * imported data is kept for the full retention, however old its spans are.
 */
export const spansTable: Migration = {
  name: 'spans',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.otel_traces (
      Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
      TraceId ${TEXT},
      SpanId ${TEXT},
      ParentSpanId ${TEXT},
      TraceState ${TEXT},
      SpanName ${NAME},
      SpanKind ${NAME},
      ServiceName ${NAME},
      ResourceAttributes ${MAP},
      ScopeName ${TEXT},
      ScopeVersion ${TEXT},
      SpanAttributes ${MAP},
      Duration UInt64 CODEC(ZSTD(1)),
      StatusCode ${NAME},
      StatusMessage ${TEXT},
      Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
      Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
      ResourceAttributeTypes ${TYPES},
      SpanAttributeTypes ${TYPES},
      ScopeAttributes ${MAP},
      ScopeAttributeTypes ${TYPES},
      EventAttributeTypes Array(Map(LowCardinality(String), LowCardinality(String))) CODEC(ZSTD(1)),
      LinkAttributeTypes Array(Map(LowCardinality(String), LowCardinality(String))) CODEC(ZSTD(1)),
      EventDroppedAttributesCounts Array(UInt32) CODEC(ZSTD(1)),
      LinkDroppedAttributesCounts Array(UInt32) CODEC(ZSTD(1)),
      LinkFlags Array(UInt32) CODEC(ZSTD(1)),
      Flags UInt32 CODEC(ZSTD(1)),
      ResourceSchemaUrl ${NAME},
      ScopeSchemaUrl ${NAME},
      DroppedAttributesCount UInt32 CODEC(ZSTD(1)),
      DroppedEventsCount UInt32 CODEC(ZSTD(1)),
      DroppedLinksCount UInt32 CODEC(ZSTD(1)),
      ReceivedAt DateTime DEFAULT now() CODEC(Delta, ZSTD(1)),
      INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1,
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
      INDEX idx_span_attr_key mapKeys(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_span_attr_value mapValues(SpanAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
      INDEX idx_duration Duration TYPE minmax GRANULARITY 1
    )
    ENGINE = ReplacingMergeTree
    PARTITION BY toDate(ReceivedAt)
    ORDER BY (ServiceName, SpanName, toDateTime(Timestamp), TraceId, SpanId)
    TTL ReceivedAt + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE TABLE IF NOT EXISTS ${database}.otel_traces_trace_id_ts (
      TraceId String CODEC(ZSTD(1)),
      Start DateTime64(9) CODEC(Delta, ZSTD(1)),
      End DateTime64(9) CODEC(Delta, ZSTD(1)),
      ReceivedAt DateTime DEFAULT now() CODEC(Delta, ZSTD(1)),
      INDEX idx_trace_id TraceId TYPE bloom_filter(0.01) GRANULARITY 1
    )
    ENGINE = MergeTree
    PARTITION BY toDate(ReceivedAt)
    ORDER BY (TraceId, Start)
    TTL ReceivedAt + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.otel_traces_trace_id_ts_mv
    TO ${database}.otel_traces_trace_id_ts AS
    SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End, max(ReceivedAt) AS ReceivedAt
    FROM ${database}.otel_traces
    WHERE TraceId != ''
    GROUP BY TraceId`,
  ],
};
