import * as semconv from '@sandscope/probes/semconv';

/** One column of a table that is filled from `otel_traces`. */
export interface SpanColumn {
  readonly name: string;
  readonly type: string;
  /** The expression that reads it from a row of `otel_traces`. */
  readonly expression: string;
  /** Its meaning and unit, where `/api/v1/invocations` shows it. */
  readonly meaning?: string;
  /** Number of the migration that added or changed it; columns without one exist from the table's first day. */
  readonly since?: number;
}

/** The columns after a migration; of two with the same name the later one counts, at the position of the first. */
export function columnsAt(columns: readonly SpanColumn[], migration: number): SpanColumn[] {
  const known = columns.filter(({ since = 0 }) => since <= migration);
  return [...new Map(known.map((one) => [one.name, one])).values()];
}

/** The columns that a migration added. */
export function columnsSince(columns: readonly SpanColumn[], migration: number): SpanColumn[] {
  return columns.filter(({ since }) => since === migration);
}

/** The current columns. */
export function allColumns(columns: readonly SpanColumn[]): SpanColumn[] {
  return columnsAt(columns, Infinity);
}

/** Names of a sandbox, best first: its own id, the platform's name of it, then substitutes on other platforms. */
export const SANDBOX_ID_SOURCES = [
  semconv.ATTR_SANDBOX_ID,
  semconv.ATTR_FAAS_INSTANCE,
  semconv.ATTR_K8S_POD_UID,
  semconv.ATTR_CONTAINER_ID,
  semconv.ATTR_SERVICE_INSTANCE_ID,
] as const;

/** An attribute of the span, else of the resource, else empty. */
export const attribute = (name: string): string =>
  `if(SpanAttributes['${name}'] != '', SpanAttributes['${name}'], ResourceAttributes['${name}'])`;

const column = (name: string, type: string, expression: string, meaning?: string): SpanColumn => ({
  name,
  type,
  expression,
  ...(meaning !== undefined && { meaning }),
});
const label = (name: string, key: string, meaning?: string): SpanColumn =>
  column(name, 'LowCardinality(String)', attribute(key), meaning);
const exact = (name: string, key: string, meaning?: string): SpanColumn =>
  column(name, 'String', attribute(key), meaning);
/** A whole number without sign; anything else is treated as absent. */
const whole = (name: string, key: string, meaning?: string): SpanColumn =>
  column(name, 'Nullable(UInt64)', `toUInt64OrNull(${attribute(key)})`, meaning);
/** A finite number; anything else is treated as absent. */
const real = (name: string, key: string, meaning?: string): SpanColumn =>
  column(
    name,
    'Nullable(Float64)',
    `if(ifNull(isFinite(toFloat64OrNull(${attribute(key)})), 0), toFloat64OrNull(${attribute(key)}), NULL)`,
    meaning,
  );
const truth = (name: string, key: string, meaning?: string): SpanColumn =>
  column(
    name,
    'Nullable(Bool)',
    `multiIf(${attribute(key)} = 'true', true, ${attribute(key)} = 'false', false, NULL)`,
    meaning,
  );

/**
 * Number of the migration that added the columns about outgoing calls and about resources that sandboxes accumulate.
 */
export const GATHERED_SINCE = 13;
/** An attribute of the span alone: measurements of one invocation are never resource attributes. */
const measured = (name: string, type: 'UInt64' | 'Float64', key: string, meaning: string): SpanColumn => ({
  name,
  type: `Nullable(${type})`,
  expression: numberOf(type, `SpanAttributes['${key}']`),
  meaning,
  since: GATHERED_SINCE,
});
const numberOf = (type: 'UInt64' | 'Float64', text: string): string =>
  type === 'UInt64'
    ? `toUInt64OrNull(${text})`
    : `if(ifNull(isFinite(toFloat64OrNull(${text})), 0), toFloat64OrNull(${text}), NULL)`;
const described = (name: string, type: string, key: string, meaning?: string): SpanColumn => ({
  ...column(name, type, `SpanAttributes['${key}']`, meaning),
  since: GATHERED_SINCE,
});

/** The function that a row of `otel_traces` belongs to. */
export const FUNCTION_OF_SPAN = `if(${attribute(semconv.ATTR_FAAS_NAME)} != '', ${attribute(semconv.ATTR_FAAS_NAME)}, ServiceName)`;

const firstOf = (keys: readonly string[], of: (key: string) => string): string =>
  `multiIf(${keys.map((key) => `${attribute(key)} != '', ${of(key)}`).join(', ')}, '')`;
const SANDBOX_ID = firstOf(SANDBOX_ID_SOURCES, attribute);
const SANDBOX_ID_SOURCE = firstOf(SANDBOX_ID_SOURCES, (key) => `'${key}'`);
/** Name of `faas.invocation_id` until 2022; AWS's layers still send it. */
const FAAS_EXECUTION = 'faas.execution';

const FUNCTION = column('function', 'LowCardinality(String)', FUNCTION_OF_SPAN);
const RECEIVED_AT = column('received_at', 'DateTime', 'ReceivedAt');

/** Number of the migration since which a pod is known by its uid. */
export const POD_SINCE = 15;
/** The platform's own names of a sandbox, best first. */
export const INSTANCE_SOURCES = [semconv.ATTR_FAAS_INSTANCE, semconv.ATTR_K8S_POD_UID] as const;
const INSTANCE: SpanColumn = {
  ...column(
    'instance',
    'String',
    firstOf(INSTANCE_SOURCES, attribute),
    'The platform’s own name of the sandbox, else the uid of its pod.',
  ),
  since: POD_SINCE,
};

/** `invocations`: one row per invocation. Missing values are NULL; missing text is empty. */
export const INVOCATION_COLUMNS: readonly SpanColumn[] = [
  { ...FUNCTION, meaning: 'Name of the function.' },
  label('version', semconv.ATTR_FAAS_VERSION, 'Version of the function.'),
  label('region', semconv.ATTR_CLOUD_REGION, 'Region of the platform.'),
  label('platform', semconv.ATTR_CLOUD_PLATFORM, 'Value of `cloud.platform`.'),
  label('account_id', semconv.ATTR_CLOUD_ACCOUNT_ID, 'Account or project at the platform.'),
  column('start', 'DateTime64(9)', 'Timestamp'),
  column('duration_ns', 'UInt64', 'Duration'),
  column('trace_id', 'String', 'TraceId', '32 hex digits.'),
  column('span_id', 'String', 'SpanId', '16 hex digits.'),
  column('parent_span_id', 'String', 'ParentSpanId', '16 hex digits.'),
  exact('sandbox_id', semconv.ATTR_SANDBOX_ID),
  exact('instance', semconv.ATTR_FAAS_INSTANCE, 'The platform’s own name of the sandbox.'),
  whole('ordinal', semconv.ATTR_SANDBOX_ORDINAL, 'Ordinal of the invocation in its process, from 1.'),
  whole(
    'process_start_ticks',
    semconv.ATTR_PROCESS_START_TICKS,
    'When its process started, ticks of 10 ms since the kernel booted.',
  ),
  truth('cold', semconv.ATTR_FAAS_COLDSTART, 'Whether it waited for a new sandbox.'),
  label(
    'init_type',
    semconv.ATTR_INIT_TYPE,
    'How its sandbox was started: `on_demand`, `provisioned`, `proactive`, `restored`, `reinit` or `managed`.',
  ),
  real(
    'init_duration_ms',
    semconv.ATTR_INIT_DURATION_MS,
    'Initialisation that the caller waited for. Milliseconds.',
  ),
  real('init_runtime_ms', semconv.ATTR_INIT_RUNTIME_MS, 'The part of it for the runtime. Milliseconds.'),
  real(
    'init_module_ms',
    semconv.ATTR_INIT_MODULE_MS,
    'The part of it for the function’s modules. Milliseconds.',
  ),
  real(
    'init_pool_dwell_ms',
    semconv.ATTR_INIT_POOL_DWELL_MS,
    'How long a generic runtime had waited before, not part of the initialisation. Milliseconds.',
  ),
  real('age_ms', semconv.ATTR_SANDBOX_AGE_MS, 'Age of the sandbox when the invocation began. Milliseconds.'),
  real(
    'idle_ms',
    semconv.ATTR_SANDBOX_IDLE_MS,
    'Idle time since the end of the previous invocation. Milliseconds.',
  ),
  real(
    'freeze_ms',
    semconv.ATTR_SANDBOX_FREEZE_MS,
    'Part of the idle time in which the process was observed not to run. Milliseconds.',
  ),
  whole(
    'concurrent',
    semconv.ATTR_SANDBOX_CONCURRENT,
    'Invocations in the sandbox when it began, including itself.',
  ),
  exact('boot_id', semconv.ATTR_KERNEL_BOOT_ID, 'Boot id of the kernel it ran on.'),
  real(
    'boot_time_unix_ms',
    semconv.ATTR_KERNEL_BOOT_TIME_UNIX_MS,
    'When the kernel booted. Milliseconds since the epoch.',
  ),
  label('isolation', semconv.ATTR_KERNEL_ISOLATION, '`shared`, `microvm`, `gvisor` or `unknown`.'),
  exact('host_declared_id', semconv.ATTR_HOST_DECLARED_ID, 'Id of the host, if it is declared.'),
  exact('host_declared_ip', semconv.ATTR_HOST_DECLARED_IP, 'IP address of the host, if it is declared.'),
  label(
    'host_fingerprint',
    semconv.ATTR_HOST_FINGERPRINT,
    'Hash of hardware and kernel version: equal on hosts of the same kind.',
  ),
  label('cpu_model', semconv.ATTR_HOST_CPU_MODEL_NAME, 'As in `/proc/cpuinfo`.'),
  label('host_arch', semconv.ATTR_HOST_ARCH, 'Architecture of the CPU.'),
  real(
    'cpu_user_ms',
    semconv.ATTR_CPU_USER_MS,
    'CPU time of the process in user mode, while it ran. Milliseconds.',
  ),
  real(
    'cpu_system_ms',
    semconv.ATTR_CPU_SYSTEM_MS,
    'CPU time of the process in the kernel, while it ran. Milliseconds.',
  ),
  real(
    'machine_cpu_user_ms',
    semconv.ATTR_MACHINE_CPU_USER_MS,
    'CPU time of the whole machine in user mode, while it ran. Milliseconds.',
  ),
  real(
    'machine_cpu_system_ms',
    semconv.ATTR_MACHINE_CPU_SYSTEM_MS,
    'CPU time of the whole machine in the kernel, while it ran. Milliseconds.',
  ),
  real(
    'machine_cpu_iowait_ms',
    semconv.ATTR_MACHINE_CPU_IOWAIT_MS,
    'CPU time that waited for disks (iowait), while it ran. Milliseconds.',
  ),
  real(
    'machine_cpu_steal_ms',
    semconv.ATTR_MACHINE_CPU_STEAL_MS,
    'CPU time that the hypervisor gave to others (steal), while it ran. Milliseconds.',
  ),
  real(
    'machine_cpu_idle_ms',
    semconv.ATTR_MACHINE_CPU_IDLE_MS,
    'Idle CPU time of the machine, while it ran. Milliseconds.',
  ),
  real(
    'cgroup_throttled_ms',
    semconv.ATTR_CGROUP_THROTTLED_MS,
    'How long its cgroup was throttled by its CPU quota, while it ran. Milliseconds.',
  ),
  real('cgroup_quota_ratio', semconv.ATTR_CGROUP_QUOTA_RATIO, 'CPUs that its cgroup allows.'),
  truth(
    'window_shared',
    semconv.ATTR_WINDOW_SHARED,
    'Whether other invocations ran in its process at the same time, so that its measurements include them.',
  ),
  whole(
    'memory_rss_bytes',
    semconv.ATTR_MEMORY_RSS_BYTES,
    'Resident memory of the process at its end. Bytes.',
  ),
  whole(
    'memory_peak_rss_bytes',
    semconv.ATTR_MEMORY_PEAK_RSS_BYTES,
    'Peak resident memory of the process so far. Bytes.',
  ),
  whole(
    'memory_total_bytes',
    semconv.ATTR_MEMORY_TOTAL_BYTES,
    'Memory of the machine, as its kernel reports it. Bytes.',
  ),
  whole(
    'memory_available_bytes',
    semconv.ATTR_MEMORY_AVAILABLE_BYTES,
    'Available memory of the machine. Bytes.',
  ),
  whole(
    'memory_limit_bytes',
    semconv.ATTR_FAAS_MAX_MEMORY,
    'Memory limit of the platform or the cgroup. Bytes.',
  ),
  whole('faults_major', semconv.ATTR_FAULTS_MAJOR, 'Page faults that read from disk, while it ran.'),
  whole('faults_minor', semconv.ATTR_FAULTS_MINOR, 'Page faults without disk access, while it ran.'),
  whole(
    'context_switches_voluntary',
    semconv.ATTR_CONTEXT_SWITCHES_VOLUNTARY,
    'Voluntary context switches of the process, while it ran.',
  ),
  whole(
    'context_switches_involuntary',
    semconv.ATTR_CONTEXT_SWITCHES_INVOLUNTARY,
    'Involuntary context switches of the process, while it ran.',
  ),
  whole('io_read_bytes', semconv.ATTR_IO_READ_BYTES, 'Read from disk, while it ran. Bytes.'),
  whole('io_write_bytes', semconv.ATTR_IO_WRITE_BYTES, 'Written to disk, while it ran. Bytes.'),
  whole('network_rx_bytes', semconv.ATTR_NETWORK_RX_BYTES, 'Received, while it ran. Bytes.'),
  whole('network_tx_bytes', semconv.ATTR_NETWORK_TX_BYTES, 'Sent, while it ran. Bytes.'),
  whole('http_count', semconv.ATTR_IO_HTTP_COUNT, 'HTTP requests that it made.'),
  real('http_ms', semconv.ATTR_IO_HTTP_MS, 'Time in HTTP requests that it made. Milliseconds.'),
  column('status', 'LowCardinality(String)', 'StatusCode', 'Status of the span: `Unset`, `Ok` or `Error`.'),
  label('error_type', semconv.ATTR_ERROR_TYPE, 'Type of its error.'),
  real('overhead_us', semconv.ATTR_OVERHEAD_US, 'Time that its instrumentation took. Microseconds.'),
  real('export_ms', semconv.ATTR_EXPORT_MS, 'Duration of the previous export. Milliseconds.'),
  whole('dropped_spans', semconv.ATTR_DROPPED_SPANS, 'Earlier spans that its SDK could not send.'),
  exact('invocation_id', semconv.ATTR_FAAS_INVOCATION_ID),
  label('trigger', semconv.ATTR_FAAS_TRIGGER, 'Value of `faas.trigger`.'),
  RECEIVED_AT,
  { ...column('sandbox_id', 'String', SANDBOX_ID, 'Id of the sandbox it ran in.'), since: 10 },
  {
    ...column(
      'sandbox_id_source',
      'LowCardinality(String)',
      SANDBOX_ID_SOURCE,
      'Attribute that the sandbox id comes from.',
    ),
    since: 10,
  },
  {
    ...column(
      'invocation_id',
      'String',
      firstOf([semconv.ATTR_FAAS_INVOCATION_ID, FAAS_EXECUTION], attribute),
      'The platform’s request id.',
    ),
    since: 10,
  },
  measured('dns_count', 'UInt64', semconv.ATTR_IO_DNS_COUNT, 'DNS lookups that it made.'),
  measured('dns_ms', 'Float64', semconv.ATTR_IO_DNS_MS, 'Time in DNS lookups. Milliseconds.'),
  measured('connect_count', 'UInt64', semconv.ATTR_IO_CONNECT_COUNT, 'Connections that it made.'),
  measured('connect_ms', 'Float64', semconv.ATTR_IO_CONNECT_MS, 'Time in making connections. Milliseconds.'),
  measured('fs_count', 'UInt64', semconv.ATTR_IO_FS_COUNT, 'File operations that it waited for.'),
  measured('fs_ms', 'Float64', semconv.ATTR_IO_FS_MS, 'Time in file operations. Milliseconds.'),
  measured(
    'machine_pressure_cpu_ratio',
    'Float64',
    semconv.ATTR_MACHINE_PRESSURE_CPU_RATIO,
    'Share of the time in which a task of the machine waited for a CPU, 0 to 1.',
  ),
  measured(
    'memory_heap_used_bytes',
    'UInt64',
    semconv.ATTR_MEMORY_HEAP_USED_BYTES,
    'Heap in use in its process. Bytes.',
  ),
  measured(
    'memory_external_bytes',
    'UInt64',
    semconv.ATTR_MEMORY_EXTERNAL_BYTES,
    'Memory outside of the heap that objects of its process hold. Bytes.',
  ),
  measured(
    'process_descriptor_count',
    'UInt64',
    semconv.ATTR_PROCESS_DESCRIPTOR_COUNT,
    'File descriptors that its process had open.',
  ),
  measured('process_thread_count', 'UInt64', semconv.ATTR_PROCESS_THREAD_COUNT, 'Threads of its process.'),
  measured(
    'process_connection_count',
    'UInt64',
    semconv.ATTR_PROCESS_CONNECTION_COUNT,
    'TCP connections that its process had made and held.',
  ),
  described('process_peers', 'String', semconv.ATTR_PROCESS_PEERS),
  measured('tmp_file_count', 'UInt64', semconv.ATTR_TMP_FILE_COUNT, 'Files in the temp directory.'),
  measured(
    'tmp_file_bytes',
    'UInt64',
    semconv.ATTR_TMP_FILE_BYTES,
    'Size of the files in the temp directory. Bytes.',
  ),
  {
    ...column(
      'tmp_total_bytes',
      'Nullable(UInt64)',
      numberOf('UInt64', `ResourceAttributes['${semconv.ATTR_TMP_TOTAL_BYTES}']`),
      'Size of the file system of the temp directory. Bytes.',
    ),
    since: GATHERED_SINCE,
  },
  measured(
    'trigger_delay_ms',
    'Float64',
    semconv.ATTR_TRIGGER_DELAY_MS,
    'Time from its event to its start, by two clocks. Milliseconds.',
  ),
  described(
    'trigger_delay_source',
    'LowCardinality(String)',
    semconv.ATTR_TRIGGER_DELAY_SOURCE,
    'Field of the event that contains its time.',
  ),
  described(
    'invocation_mode',
    'LowCardinality(String)',
    semconv.ATTR_INVOCATION_MODE,
    '`sync`, `async` or `poll`.',
  ),
  INSTANCE,
];

/** Columns that a job fills in for older rows. */
export const FILLED_COLUMNS: readonly SpanColumn[] = columnsSince(INVOCATION_COLUMNS, GATHERED_SINCE);

/** `sandbox_ends`: one row per sandbox that reported that it was told to stop. */
export const END_COLUMNS: readonly SpanColumn[] = [
  FUNCTION,
  exact('sandbox_id', semconv.ATTR_SANDBOX_ID),
  column('time', 'DateTime64(9)', 'Timestamp'),
  label('reason', semconv.ATTR_SHUTDOWN_REASON),
  whole('last_ordinal', semconv.ATTR_SHUTDOWN_LAST_ORDINAL),
  whole('process_start_ticks', semconv.ATTR_PROCESS_START_TICKS),
  column('trace_id', 'String', 'TraceId'),
  column('span_id', 'String', 'SpanId'),
  RECEIVED_AT,
  { ...exact('instance', semconv.ATTR_FAAS_INSTANCE), since: 10 },
  INSTANCE,
];
