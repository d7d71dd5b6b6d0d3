/**
 * The public SQL interface: views whose names and columns remain stable while the underlying tables change. Columns may
 * be added to a view. Any other change gets a new name, `v2_…`, and the old view remains.
 */

/** Types of initialisation that no request waits for. */
const AHEAD_OF_CALLS = "'provisioned', 'proactive', 'managed'";
const COLD = `multiIf(cold IS NOT NULL, cold, ordinal IS NULL, NULL, ordinal > 1 OR init_type IN (${AHEAD_OF_CALLS}), false, true)`;
const FAILED = "CAST(status IN ('Error', 'STATUS_CODE_ERROR'), 'Bool')";

/** Columns of `invocations` that are passed through unchanged. */
const AS_THEY_ARE = [
  'init_type',
  'init_duration_ms',
  'init_runtime_ms',
  'init_module_ms',
  'age_ms',
  'idle_ms',
  'concurrent',
  'boot_id',
  'isolation',
  'host_declared_id',
  'cpu_model',
  'cpu_user_ms',
  'cpu_system_ms',
  'machine_cpu_user_ms',
  'machine_cpu_system_ms',
  'machine_cpu_iowait_ms',
  'machine_cpu_steal_ms',
  'machine_cpu_idle_ms',
  'cgroup_throttled_ms',
  'memory_rss_bytes',
  'memory_peak_rss_bytes',
  'memory_limit_bytes',
  'error_type',
];

interface View {
  readonly name: string;
  readonly select: (database: string) => string;
}

export const SQL_VIEWS: readonly View[] = [
  {
    name: 'v1_invocations',
    select: (
      database,
    ) => `SELECT function, version, region, platform, account_id, start, duration_ns / 1e6 AS duration_ms,
      trace_id, span_id, parent_span_id, sandbox_id, instance, ordinal, ${COLD} AS is_cold, ${FAILED} AS has_failed,
      ${AS_THEY_ARE.join(', ')}, received_at
    FROM ${database}.invocations FINAL`,
  },
  {
    name: 'v1_spans',
    select: (
      database,
    ) => `SELECT Timestamp AS start, Duration / 1e6 AS duration_ms, TraceId AS trace_id, SpanId AS span_id,
      ParentSpanId AS parent_span_id, SpanName AS name, SpanKind AS kind, ServiceName AS service, StatusCode AS status,
      StatusMessage AS status_message, SpanAttributes AS attributes, ResourceAttributes AS resource_attributes,
      ScopeName AS scope, ReceivedAt AS received_at
    FROM ${database}.otel_traces FINAL`,
  },
  {
    name: 'v1_sandboxes',
    select: (
      database,
    ) => `SELECT function, region, platform, account_id, if(instance != '', instance, sandbox_id) AS sandbox,
      min(start) AS first_start, max(start) AS last_start,
      max(addNanoseconds(start, least(duration_ns, 86400000000000))) AS last_end,
      count() AS invocations, countIf(ifNull(${COLD}, false)) AS cold_starts, countIf(${FAILED}) AS errors,
      max(ordinal) AS last_ordinal, any(boot_id) AS boot_id, any(host_declared_id) AS host_declared_id,
      any(cpu_model) AS cpu_model, max(memory_limit_bytes) AS memory_limit_bytes
    FROM ${database}.invocations FINAL
    WHERE sandbox_id != '' OR instance != ''
    GROUP BY function, region, platform, account_id, sandbox`,
  },
  {
    name: 'v1_hosts',
    select: (database) => `SELECT if(host_declared_id != '', host_declared_id, boot_id) AS host,
      if(host_declared_id != '', 'declared', 'boot-id') AS known_by, min(start) AS first_start, max(start) AS last_start,
      count() AS invocations, uniqExact(if(instance != '', instance, sandbox_id)) AS sandboxes,
      uniqExact(function) AS functions, any(isolation) AS isolation, any(cpu_model) AS cpu_model
    FROM ${database}.invocations FINAL
    WHERE host_declared_id != '' OR boot_id != ''
    GROUP BY host, known_by`,
  },
];

/** Statements that create the views on the embedded engine. They read with the rights of their creator. */
export function viewStatements(database: string): string[] {
  return statements(database, '', 'DEFINER = CURRENT_USER SQL SECURITY DEFINER');
}

/**
 * Statements that create the views on an operator's ClickHouse, where users have accounts of their own: a view shows
 * nothing that its reader may not read.
 *
 * @param onCluster `ON CLUSTER …` with a leading space, or empty
 */
export function sharedViewStatements(database: string, onCluster: string): string[] {
  return statements(database, onCluster, 'SQL SECURITY INVOKER');
}

function statements(database: string, onCluster: string, security: string): string[] {
  return SQL_VIEWS.map(
    ({ name, select }) =>
      `CREATE OR REPLACE VIEW ${database}.${name}${onCluster} ${security} AS ${select(database)}`,
  );
}
