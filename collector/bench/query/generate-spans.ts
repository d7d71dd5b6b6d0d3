/**
 * Spans of the fleet's invocations, created by the engine itself. Only functions with even numbers, half of the
 * sandboxes, have spans, so that there is about one span per invocation:
 *
 * - half are the invocations' own SERVER spans, with the attributes that the SDK writes;
 * - two of five invocations were called by a front end, one of 20 services (SERVER, 12 attributes): a fifth of all;
 * - two of five call out (CLIENT span of the function, 12 attributes): a fifth; and half of those reach one of 20
 *   back ends that sends spans too (SERVER): a tenth.
 */
import * as semconv from '../../../probes/src/semconv.ts';
import { callsOf, dice, expressionOf } from './generate.ts';
import type { Fleet, Slice } from './generate.ts';

type Type = 'text' | 'int' | 'double' | 'bool';
type Attribute = readonly [name: string, type: Type, expression: string];

/** An attribute with the value of the `invocations` column that is derived from it. */
const like = (name: string, column: string, type: Type = 'text'): Attribute => [
  name,
  type,
  expressionOf(column),
];
const same = (name: string, value: string, type: Type = 'text'): Attribute => [name, type, `'${value}'`];

const RESOURCE: readonly Attribute[] = [
  like(semconv.ATTR_SERVICE_NAME, 'function'),
  like(semconv.ATTR_FAAS_NAME, 'function'),
  like(semconv.ATTR_FAAS_VERSION, 'version'),
  like(semconv.ATTR_FAAS_INSTANCE, 'instance'),
  like(semconv.ATTR_FAAS_MAX_MEMORY, 'memory_limit_bytes', 'int'),
  same(semconv.ATTR_CLOUD_PROVIDER, 'aws'),
  like(semconv.ATTR_CLOUD_PLATFORM, 'platform'),
  like(semconv.ATTR_CLOUD_REGION, 'region'),
  like(semconv.ATTR_CLOUD_ACCOUNT_ID, 'account_id'),
  like(semconv.ATTR_HOST_ARCH, 'host_arch'),
  [
    semconv.ATTR_HOST_NAME,
    'text',
    `concat('ip-10-', toString(s % 200), '-', toString(intDiv(s, 200) % 250), '-7')`,
  ],
  like(semconv.ATTR_HOST_CPU_MODEL_NAME, 'cpu_model'),
  same(semconv.ATTR_OS_TYPE, 'linux'),
  same(semconv.ATTR_OS_VERSION, '5.10.245-266.983.amzn2.x86_64'),
  same(semconv.ATTR_PROCESS_PID, '8', 'int'),
  same(semconv.ATTR_PROCESS_RUNTIME_NAME, 'nodejs'),
  same(semconv.ATTR_PROCESS_RUNTIME_VERSION, '24.21.0'),
  same(semconv.ATTR_TELEMETRY_DISTRO_NAME, 'sandscope'),
  same(semconv.ATTR_TELEMETRY_DISTRO_VERSION, '0.1.0'),
  same(semconv.ATTR_TELEMETRY_SDK_LANGUAGE, 'nodejs'),
];

const INVOCATION: readonly Attribute[] = [
  like(semconv.ATTR_SANDBOX_ID, 'sandbox_id'),
  like(semconv.ATTR_SANDBOX_ORDINAL, 'ordinal', 'int'),
  like(semconv.ATTR_PROCESS_START_TICKS, 'process_start_ticks', 'int'),
  like(semconv.ATTR_FAAS_COLDSTART, 'cold', 'bool'),
  like(semconv.ATTR_INIT_TYPE, 'init_type'),
  like(semconv.ATTR_SANDBOX_AGE_MS, 'age_ms', 'double'),
  like(semconv.ATTR_SANDBOX_CONCURRENT, 'concurrent', 'int'),
  like(semconv.ATTR_KERNEL_BOOT_ID, 'boot_id'),
  like(semconv.ATTR_KERNEL_BOOT_TIME_UNIX_MS, 'boot_time_unix_ms', 'double'),
  like(semconv.ATTR_KERNEL_ISOLATION, 'isolation'),
  like(semconv.ATTR_HOST_FINGERPRINT, 'host_fingerprint'),
  like(semconv.ATTR_CPU_USER_MS, 'cpu_user_ms', 'double'),
  like(semconv.ATTR_CPU_SYSTEM_MS, 'cpu_system_ms', 'double'),
  like(semconv.ATTR_MACHINE_CPU_USER_MS, 'machine_cpu_user_ms', 'int'),
  like(semconv.ATTR_MACHINE_CPU_SYSTEM_MS, 'machine_cpu_system_ms', 'int'),
  like(semconv.ATTR_MACHINE_CPU_IOWAIT_MS, 'machine_cpu_iowait_ms', 'int'),
  like(semconv.ATTR_MACHINE_CPU_STEAL_MS, 'machine_cpu_steal_ms', 'int'),
  like(semconv.ATTR_MACHINE_CPU_IDLE_MS, 'machine_cpu_idle_ms', 'int'),
  like(semconv.ATTR_CGROUP_THROTTLED_MS, 'cgroup_throttled_ms', 'int'),
  like(semconv.ATTR_WINDOW_SHARED, 'window_shared', 'bool'),
  like(semconv.ATTR_MEMORY_RSS_BYTES, 'memory_rss_bytes', 'int'),
  like(semconv.ATTR_MEMORY_PEAK_RSS_BYTES, 'memory_peak_rss_bytes', 'int'),
  like(semconv.ATTR_MEMORY_TOTAL_BYTES, 'memory_total_bytes', 'int'),
  like(semconv.ATTR_MEMORY_AVAILABLE_BYTES, 'memory_available_bytes', 'int'),
  like(semconv.ATTR_FAULTS_MAJOR, 'faults_major', 'int'),
  like(semconv.ATTR_FAULTS_MINOR, 'faults_minor', 'int'),
  like(semconv.ATTR_CONTEXT_SWITCHES_VOLUNTARY, 'context_switches_voluntary', 'int'),
  like(semconv.ATTR_CONTEXT_SWITCHES_INVOLUNTARY, 'context_switches_involuntary', 'int'),
  like(semconv.ATTR_IO_READ_BYTES, 'io_read_bytes', 'int'),
  like(semconv.ATTR_IO_WRITE_BYTES, 'io_write_bytes', 'int'),
  like(semconv.ATTR_NETWORK_RX_BYTES, 'network_rx_bytes', 'int'),
  like(semconv.ATTR_NETWORK_TX_BYTES, 'network_tx_bytes', 'int'),
  like(semconv.ATTR_IO_HTTP_COUNT, 'http_count', 'int'),
  like(semconv.ATTR_IO_HTTP_MS, 'http_ms', 'double'),
  like(semconv.ATTR_IO_DNS_COUNT, 'dns_count', 'int'),
  like(semconv.ATTR_IO_DNS_MS, 'dns_ms', 'double'),
  like(semconv.ATTR_IO_CONNECT_COUNT, 'connect_count', 'int'),
  like(semconv.ATTR_IO_CONNECT_MS, 'connect_ms', 'double'),
  like(semconv.ATTR_IO_FS_COUNT, 'fs_count', 'int'),
  like(semconv.ATTR_IO_FS_MS, 'fs_ms', 'double'),
  like(semconv.ATTR_MACHINE_PRESSURE_CPU_RATIO, 'machine_pressure_cpu_ratio', 'double'),
  like(semconv.ATTR_MEMORY_HEAP_USED_BYTES, 'memory_heap_used_bytes', 'int'),
  like(semconv.ATTR_MEMORY_EXTERNAL_BYTES, 'memory_external_bytes', 'int'),
  like(semconv.ATTR_PROCESS_DESCRIPTOR_COUNT, 'process_descriptor_count', 'int'),
  like(semconv.ATTR_PROCESS_THREAD_COUNT, 'process_thread_count', 'int'),
  like(semconv.ATTR_PROCESS_CONNECTION_COUNT, 'process_connection_count', 'int'),
  like(semconv.ATTR_PROCESS_PEERS, 'process_peers'),
  like(semconv.ATTR_TMP_FILE_COUNT, 'tmp_file_count', 'int'),
  like(semconv.ATTR_TMP_FILE_BYTES, 'tmp_file_bytes', 'int'),
  like(semconv.ATTR_OVERHEAD_US, 'overhead_us', 'int'),
  like(semconv.ATTR_DROPPED_SPANS, 'dropped_spans', 'int'),
  like(semconv.ATTR_FAAS_INVOCATION_ID, 'invocation_id'),
  like(semconv.ATTR_FAAS_TRIGGER, 'trigger'),
];
const COLD: readonly Attribute[] = [
  like(semconv.ATTR_INIT_DURATION_MS, 'init_duration_ms', 'double'),
  like(semconv.ATTR_INIT_RUNTIME_MS, 'init_runtime_ms', 'double'),
  like(semconv.ATTR_INIT_MODULE_MS, 'init_module_ms', 'double'),
];
const WARM: readonly Attribute[] = [
  like(semconv.ATTR_SANDBOX_IDLE_MS, 'idle_ms', 'double'),
  like(semconv.ATTR_EXPORT_MS, 'export_ms', 'double'),
];
const FAILED: readonly Attribute[] = [like(semconv.ATTR_ERROR_TYPE, 'error_type')];

/** `path` has a unique value for about every tenth invocation, otherwise one of a few. */
const HTTP: readonly Attribute[] = [
  ['http.request.method', 'text', `['GET', 'GET', 'POST'][1 + ${dice(40, 3)}]`],
  ['http.response.status_code', 'int', `if(${dice(41, 100)} = 0, 503, 200)`],
  ['url.scheme', 'text', `'https'`],
  ['url.path', 'text', `concat('/items/', toString(${dice(42, 100_000)}))`],
  ['server.address', 'text', `concat('api-', toString(f % 20), '.example.test')`],
  ['server.port', 'int', '443'],
  ['network.protocol.version', 'text', `'1.1'`],
  ['network.peer.address', 'text', `concat('10.0.', toString(f % 20), '.', toString(${dice(43, 250)}))`],
  ['user_agent.original', 'text', `'node-fetch/3.3.2'`],
  ['http.request.body.size', 'int', dice(44, 2_000)],
  ['http.response.body.size', 'int', dice(45, 60_000)],
  ['app.order.id', 'text', `lower(hex(cityHash64(s, k, 46)))`],
];

const plainResource = (service: string): readonly Attribute[] => [
  [semconv.ATTR_SERVICE_NAME, 'text', service],
  same('service.version', '2026.11.3'),
  same('deployment.environment.name', 'production'),
  same(semconv.ATTR_TELEMETRY_SDK_LANGUAGE, 'nodejs'),
  same('telemetry.sdk.name', 'opentelemetry'),
  same('telemetry.sdk.version', '2.2.0'),
  [semconv.ATTR_HOST_NAME, 'text', `concat(${service}, '-', toString(${dice(47, 5)}))`],
];

/** One kind of span of a call: which calls have it, and its content. */
interface Kind {
  readonly of: string;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly spanId: string;
  readonly parentId: string;
  /** Offset from the start of the invocation, ns. */
  readonly offset: string;
  readonly duration: string;
  readonly resource: readonly Attribute[];
  readonly attributes: readonly Attribute[];
}

const id = (salt: number): string => `lower(hex(cityHash64(s, k, ${salt})))`;
const [FRONT_ID, CLIENT_ID, BACK_ID] = [id(50), id(51), id(52)];
const IS_CALLED = `${dice(53, 5)} < 2`;
const CALLS_OUT = `${dice(54, 5)} < 2`;
const REACHES = `${CALLS_OUT} AND ${dice(55, 2)} = 0`;
const HAS_FAILED = `${expressionOf('error_type')} != ''`;
const FRONT = `concat('front-', leftPad(toString(f % 20), 2, '0'))`;
const BACK = `concat('back-', leftPad(toString(${dice(56, 20)}), 2, '0'))`;
const DURATION = expressionOf('duration_ns');

const invocation = (of: string, attributes: readonly Attribute[]): Kind => ({
  of,
  service: 'name',
  name: 'name',
  kind: 'Server',
  spanId: expressionOf('span_id'),
  parentId: `if(${IS_CALLED}, ${FRONT_ID}, '')`,
  offset: '0',
  duration: DURATION,
  resource: RESOURCE,
  attributes: [...INVOCATION, ...attributes],
});

const KINDS: readonly Kind[] = [
  invocation(`k = 0 AND NOT (${HAS_FAILED})`, COLD),
  invocation(`k > 0 AND NOT (${HAS_FAILED})`, WARM),
  invocation(`k = 0 AND ${HAS_FAILED}`, [...COLD, ...FAILED]),
  invocation(`k > 0 AND ${HAS_FAILED}`, [...WARM, ...FAILED]),
  {
    of: IS_CALLED,
    service: FRONT,
    name: `concat(['GET', 'POST'][1 + ${dice(57, 2)}], ' /function/', toString(intDiv(f, 20)))`,
    kind: 'Server',
    spanId: FRONT_ID,
    parentId: `''`,
    offset: '-1500000',
    duration: `${DURATION} + 2500000`,
    resource: plainResource(FRONT),
    attributes: HTTP,
  },
  {
    of: CALLS_OUT,
    service: 'name',
    name: `['GET', 'POST'][1 + ${dice(58, 2)}]`,
    kind: 'Client',
    spanId: CLIENT_ID,
    parentId: expressionOf('span_id'),
    offset: '900000',
    duration: `intDiv(${DURATION}, 2)`,
    resource: RESOURCE,
    attributes: HTTP,
  },
  {
    of: REACHES,
    service: BACK,
    name: `concat('query ', toString(${dice(59, 5)}))`,
    kind: 'Server',
    spanId: BACK_ID,
    parentId: CLIENT_ID,
    offset: '1400000',
    duration: `intDiv(${DURATION}, 4)`,
    resource: plainResource(BACK),
    attributes: HTTP,
  },
];

/**
 * From plain strings, which the insert converts to the column's LowCardinality names, one block at a time. A constant
 * of the column's own type would be copied row by row, with a lookup of its names each time: twice the rest's work.
 */
const mapOf = (attributes: readonly Attribute[]): string =>
  `map(${attributes.map(([name, , value]) => `'${name}', assumeNotNull(toString(${value}))`).join(', ')})`;
const typesOf = (attributes: readonly Attribute[]): string => {
  const typed = attributes.filter(([, type]) => type !== 'text');
  return `materialize(map(${typed.map(([name, type]) => `'${name}', '${type}'`).join(', ')}))`;
};

/** The sandbox attributes on a function's spans, the same on all of them. */
const RESOURCE_OF_SANDBOX = `${mapOf(RESOURCE)} AS resource`;

function columnsOf(span: Kind): readonly (readonly [column: string, expression: string])[] {
  const isFailed = span.kind === 'Server' && span.service === 'name' ? HAS_FAILED : 'false';
  return [
    ['Timestamp', `fromUnixTimestamp64Nano(birth_ms * 1000000 + at_ns + ${span.offset})`],
    ['TraceId', expressionOf('trace_id')],
    ['SpanId', span.spanId],
    ['ParentSpanId', span.parentId],
    ['SpanName', span.name],
    ['SpanKind', `'${span.kind}'`],
    ['ServiceName', span.service],
    ['ResourceAttributes', span.resource === RESOURCE ? 'resource' : mapOf(span.resource)],
    ['ScopeName', `'${semconv.SCOPE_NAME}'`],
    ['ScopeVersion', `'0.1.0'`],
    ['SpanAttributes', mapOf(span.attributes)],
    ['Duration', `toUInt64(${span.duration})`],
    ['StatusCode', `if(${isFailed}, 'Error', 'Unset')`],
    ['StatusMessage', `if(${isFailed}, 'the handler failed', '')`],
    ['ResourceAttributeTypes', typesOf(span.resource)],
    ['SpanAttributeTypes', typesOf(span.attributes)],
    ['ResourceSchemaUrl', `'${semconv.SCHEMA_URL}'`],
    ['Flags', '257'],
    ['ReceivedAt', 'toDateTime(intDiv(birth_ms * 1000000 + at_ns, 1000000000) + 1)'],
  ];
}

/** An INSERT of the spans of a slice of the invocations. */
export function insertSpans(fleet: Fleet, slice: Slice): string {
  const calls = callsOf(fleet, slice, 's % 2 = 0', [RESOURCE_OF_SANDBOX]);
  const selects = KINDS.map((span) => {
    const columns = columnsOf(span).map(([column, expression]) => `${expression} AS ${column}`);
    return `SELECT ${columns.join(',\n      ')}
    FROM (
      ${calls}
    )
    WHERE ${span.of}`;
  });
  const names = columnsOf(KINDS[0] as Kind).map(([column]) => column);
  return `INSERT INTO ${fleet.database}.otel_traces (${names.join(', ')})
    SELECT ${names.join(', ')} FROM (${selects.join('\n    UNION ALL\n    ')})`;
}
