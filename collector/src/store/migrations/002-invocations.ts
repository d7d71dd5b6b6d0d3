import * as semconv from '@sandscope/probes/semconv';
import { DURABLE } from './001-spans.ts';
import type { Migration } from './index.ts';

/** Typed rows are small and are kept longer than the spans they come from. */
const RETENTION_DAYS = 90;

/** One column: its type and how it is read from a row of `otel_traces`. */
type Column = readonly [name: string, type: string, expression: string];

/** An attribute of the span, else of the resource, else empty. */
const text = (name: string): string =>
  `if(SpanAttributes['${name}'] != '', SpanAttributes['${name}'], ResourceAttributes['${name}'])`;
const label = (column: string, attribute: string): Column => [
  column,
  'LowCardinality(String)',
  text(attribute),
];
const exact = (column: string, attribute: string): Column => [column, 'String', text(attribute)];
/** A whole number without sign; anything else is absent. */
const whole = (column: string, attribute: string): Column => [
  column,
  'Nullable(UInt64)',
  `toUInt64OrNull(${text(attribute)})`,
];
/** A finite number; anything else is absent. */
const real = (column: string, attribute: string): Column => [
  column,
  'Nullable(Float64)',
  `if(ifNull(isFinite(toFloat64OrNull(${text(attribute)})), 0), toFloat64OrNull(${text(attribute)}), NULL)`,
];
const truth = (column: string, attribute: string): Column => [
  column,
  'Nullable(Bool)',
  `multiIf(${text(attribute)} = 'true', true, ${text(attribute)} = 'false', false, NULL)`,
];

/** The function a row of `otel_traces` is about. */
export const FUNCTION_OF_SPAN = `if(${text(semconv.ATTR_FAAS_NAME)} != '', ${text(semconv.ATTR_FAAS_NAME)}, ServiceName)`;

const FUNCTION: Column = ['function', 'LowCardinality(String)', FUNCTION_OF_SPAN];

const INVOCATION_COLUMNS: readonly Column[] = [
  FUNCTION,
  label('version', semconv.ATTR_FAAS_VERSION),
  label('region', semconv.ATTR_CLOUD_REGION),
  label('platform', semconv.ATTR_CLOUD_PLATFORM),
  label('account_id', semconv.ATTR_CLOUD_ACCOUNT_ID),
  ['start', 'DateTime64(9)', 'Timestamp'],
  ['duration_ns', 'UInt64', 'Duration'],
  ['trace_id', 'String', 'TraceId'],
  ['span_id', 'String', 'SpanId'],
  ['parent_span_id', 'String', 'ParentSpanId'],
  exact('sandbox_id', semconv.ATTR_SANDBOX_ID),
  exact('instance', semconv.ATTR_FAAS_INSTANCE),
  whole('ordinal', semconv.ATTR_SANDBOX_ORDINAL),
  whole('process_start_ticks', semconv.ATTR_PROCESS_START_TICKS),
  truth('cold', semconv.ATTR_FAAS_COLDSTART),
  label('init_type', semconv.ATTR_INIT_TYPE),
  real('init_duration_ms', semconv.ATTR_INIT_DURATION_MS),
  real('init_runtime_ms', semconv.ATTR_INIT_RUNTIME_MS),
  real('init_module_ms', semconv.ATTR_INIT_MODULE_MS),
  real('init_pool_dwell_ms', semconv.ATTR_INIT_POOL_DWELL_MS),
  real('age_ms', semconv.ATTR_SANDBOX_AGE_MS),
  real('idle_ms', semconv.ATTR_SANDBOX_IDLE_MS),
  real('freeze_ms', semconv.ATTR_SANDBOX_FREEZE_MS),
  whole('concurrent', semconv.ATTR_SANDBOX_CONCURRENT),
  exact('boot_id', semconv.ATTR_KERNEL_BOOT_ID),
  real('boot_time_unix_ms', semconv.ATTR_KERNEL_BOOT_TIME_UNIX_MS),
  label('isolation', semconv.ATTR_KERNEL_ISOLATION),
  exact('host_declared_id', semconv.ATTR_HOST_DECLARED_ID),
  exact('host_declared_ip', semconv.ATTR_HOST_DECLARED_IP),
  label('host_fingerprint', semconv.ATTR_HOST_FINGERPRINT),
  label('cpu_model', semconv.ATTR_HOST_CPU_MODEL_NAME),
  label('host_arch', semconv.ATTR_HOST_ARCH),
  real('cpu_user_ms', semconv.ATTR_CPU_USER_MS),
  real('cpu_system_ms', semconv.ATTR_CPU_SYSTEM_MS),
  real('machine_cpu_user_ms', semconv.ATTR_MACHINE_CPU_USER_MS),
  real('machine_cpu_system_ms', semconv.ATTR_MACHINE_CPU_SYSTEM_MS),
  real('machine_cpu_iowait_ms', semconv.ATTR_MACHINE_CPU_IOWAIT_MS),
  real('machine_cpu_steal_ms', semconv.ATTR_MACHINE_CPU_STEAL_MS),
  real('machine_cpu_idle_ms', semconv.ATTR_MACHINE_CPU_IDLE_MS),
  real('cgroup_throttled_ms', semconv.ATTR_CGROUP_THROTTLED_MS),
  real('cgroup_quota_ratio', semconv.ATTR_CGROUP_QUOTA_RATIO),
  truth('window_shared', semconv.ATTR_WINDOW_SHARED),
  whole('memory_rss_bytes', semconv.ATTR_MEMORY_RSS_BYTES),
  whole('memory_peak_rss_bytes', semconv.ATTR_MEMORY_PEAK_RSS_BYTES),
  whole('memory_total_bytes', semconv.ATTR_MEMORY_TOTAL_BYTES),
  whole('memory_available_bytes', semconv.ATTR_MEMORY_AVAILABLE_BYTES),
  whole('memory_limit_bytes', semconv.ATTR_FAAS_MAX_MEMORY),
  whole('faults_major', semconv.ATTR_FAULTS_MAJOR),
  whole('faults_minor', semconv.ATTR_FAULTS_MINOR),
  whole('context_switches_voluntary', semconv.ATTR_CONTEXT_SWITCHES_VOLUNTARY),
  whole('context_switches_involuntary', semconv.ATTR_CONTEXT_SWITCHES_INVOLUNTARY),
  whole('io_read_bytes', semconv.ATTR_IO_READ_BYTES),
  whole('io_write_bytes', semconv.ATTR_IO_WRITE_BYTES),
  whole('network_rx_bytes', semconv.ATTR_NETWORK_RX_BYTES),
  whole('network_tx_bytes', semconv.ATTR_NETWORK_TX_BYTES),
  whole('http_count', semconv.ATTR_IO_HTTP_COUNT),
  real('http_ms', semconv.ATTR_IO_HTTP_MS),
  ['status', 'LowCardinality(String)', 'StatusCode'],
  label('error_type', semconv.ATTR_ERROR_TYPE),
  real('overhead_us', semconv.ATTR_OVERHEAD_US),
  real('export_ms', semconv.ATTR_EXPORT_MS),
  whole('dropped_spans', semconv.ATTR_DROPPED_SPANS),
  exact('invocation_id', semconv.ATTR_FAAS_INVOCATION_ID),
  label('trigger', semconv.ATTR_FAAS_TRIGGER),
  ['received_at', 'DateTime', 'ReceivedAt'],
];

const END_COLUMNS: readonly Column[] = [
  FUNCTION,
  exact('sandbox_id', semconv.ATTR_SANDBOX_ID),
  ['time', 'DateTime64(9)', 'Timestamp'],
  label('reason', semconv.ATTR_SHUTDOWN_REASON),
  whole('last_ordinal', semconv.ATTR_SHUTDOWN_LAST_ORDINAL),
  whole('process_start_ticks', semconv.ATTR_PROCESS_START_TICKS),
  ['trace_id', 'String', 'TraceId'],
  ['span_id', 'String', 'SpanId'],
  ['received_at', 'DateTime', 'ReceivedAt'],
];

const columnsOf = (columns: readonly Column[]): string =>
  columns.map(([name, type]) => `${name} ${type} CODEC(ZSTD(1))`).join(',\n      ');
const namesOf = (columns: readonly Column[]): string => columns.map(([name]) => name).join(', ');
const selectOf = (columns: readonly Column[]): string =>
  columns.map(([name, , expression]) => `${expression} AS ${name}`).join(',\n      ');

/**
 * `invocations`, one typed row for each invocation span that names its sandbox, and `sandbox_ends`, one for each
 * sandbox that said it was told to stop. Both are made from `otel_traces` as it is filled, whoever fills it; what a
 * span does not say is NULL (text: empty). Names of attributes are looked up on the span, then on the resource.
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
    ${selectInvocations(database)}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.sandbox_ends_mv TO ${database}.sandbox_ends AS
    ${selectEnds(database)}`,
  ],
};

function selectInvocations(database: string): string {
  return `SELECT
      ${selectOf(INVOCATION_COLUMNS)}
    FROM ${database}.otel_traces
    WHERE SpanKind IN ('Server', 'SPAN_KIND_SERVER') AND ${text(semconv.ATTR_SANDBOX_ID)} != ''`;
}

function selectEnds(database: string): string {
  return `SELECT
      ${selectOf(END_COLUMNS)}
    FROM ${database}.otel_traces
    WHERE SpanName = '${semconv.SPAN_SHUTDOWN}' AND ${text(semconv.ATTR_SANDBOX_ID)} != ''`;
}

/** Makes the typed rows of the spans that were there before the views were. Again, it makes the same rows. */
export function backFill(database: string): string[] {
  const older = (table: string): string =>
    `AND ReceivedAt <= (SELECT if(count() = 0, now() + toIntervalDay(1), min(received_at)) FROM ${database}.${table})`;
  return [
    `INSERT INTO ${database}.invocations (${namesOf(INVOCATION_COLUMNS)})
    ${selectInvocations(database)} ${older('invocations')}`,
    `INSERT INTO ${database}.sandbox_ends (${namesOf(END_COLUMNS)})
    ${selectEnds(database)} ${older('sandbox_ends')}`,
  ];
}
