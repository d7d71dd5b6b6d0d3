/**
 * Every attribute name Sandscope writes or reads. Standard names are copied from the OpenTelemetry semantic
 * conventions 1.44.0 (experimental ones are copied rather than imported, so that an upgrade elsewhere cannot rename
 * what is stored); everything without a standard name lives under `sandscope.`, and a quantity's name ends in its
 * unit. An attribute whose value could not be read is absent, never 0.
 */

/** The schema the standard names below are taken from. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.44.0';

/** Instrumentation scope of every span the SDK writes. */
export const SCOPE_NAME = '@sandscope/sdk';

// Span names that are not a function's name.
/** INTERNAL span, one a sandbox: from process start to the end of initialisation. */
export const SPAN_INIT = 'sandscope.init';
/** INTERNAL span, written when the sandbox is told to stop: a confirmed eviction. */
export const SPAN_SHUTDOWN = 'sandscope.shutdown';

// Resource, standard names.
export const ATTR_SERVICE_NAME = 'service.name';
export const ATTR_SERVICE_VERSION = 'service.version';
export const ATTR_FAAS_NAME = 'faas.name';
export const ATTR_FAAS_VERSION = 'faas.version';
/** The platform's own name of the sandbox; on Lambda the log stream. */
export const ATTR_FAAS_INSTANCE = 'faas.instance';
/** Memory limit of the function, bytes. */
export const ATTR_FAAS_MAX_MEMORY = 'faas.max_memory';
export const ATTR_CLOUD_PROVIDER = 'cloud.provider';
export const ATTR_CLOUD_PLATFORM = 'cloud.platform';
export const ATTR_CLOUD_REGION = 'cloud.region';
export const ATTR_CLOUD_ACCOUNT_ID = 'cloud.account.id';
export const ATTR_CLOUD_RESOURCE_ID = 'cloud.resource_id';
export const ATTR_AWS_LAMBDA_INVOKED_ARN = 'aws.lambda.invoked_arn';
export const ATTR_HOST_NAME = 'host.name';
export const ATTR_HOST_ARCH = 'host.arch';
/** Addresses of the sandbox's interfaces without loopback; string array. Evidence, never an id. */
export const ATTR_HOST_IP = 'host.ip';
export const ATTR_HOST_MAC = 'host.mac';
export const ATTR_HOST_CPU_VENDOR_ID = 'host.cpu.vendor.id';
export const ATTR_HOST_CPU_FAMILY = 'host.cpu.family';
export const ATTR_HOST_CPU_MODEL_ID = 'host.cpu.model.id';
export const ATTR_HOST_CPU_MODEL_NAME = 'host.cpu.model.name';
export const ATTR_HOST_CPU_STEPPING = 'host.cpu.stepping';
export const ATTR_OS_TYPE = 'os.type';
export const ATTR_OS_VERSION = 'os.version';
export const ATTR_PROCESS_PID = 'process.pid';
export const ATTR_PROCESS_RUNTIME_NAME = 'process.runtime.name';
export const ATTR_PROCESS_RUNTIME_VERSION = 'process.runtime.version';
export const ATTR_CONTAINER_ID = 'container.id';
export const ATTR_K8S_POD_NAME = 'k8s.pod.name';
export const ATTR_K8S_POD_UID = 'k8s.pod.uid';
export const ATTR_K8S_NODE_NAME = 'k8s.node.name';
export const ATTR_K8S_NAMESPACE_NAME = 'k8s.namespace.name';
export const ATTR_TELEMETRY_DISTRO_NAME = 'telemetry.distro.name';
export const ATTR_TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version';
export const ATTR_TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language';

// Start of an invocation.
/** True when a user waited for this sandbox to come into being (first invocation of the process, not pre-initialised). */
export const ATTR_FAAS_COLDSTART = 'faas.coldstart';
/** `datasource`, `http`, `pubsub`, `timer` or `other`. */
export const ATTR_FAAS_TRIGGER = 'faas.trigger';
export const ATTR_FAAS_INVOCATION_ID = 'faas.invocation_id';
/** `on_demand`, `provisioned`, `proactive`, `restored`, `reinit` or `managed`. */
export const ATTR_INIT_TYPE = 'sandscope.init.type';
/** Process start to the end of initialisation, ms. On the first invocation of a process only. */
export const ATTR_INIT_DURATION_MS = 'sandscope.init.duration_ms';
/** Process start to the load of this module, ms. */
export const ATTR_INIT_RUNTIME_MS = 'sandscope.init.runtime_ms';
/** Load of this module to the wrap of the handler, ms. */
export const ATTR_INIT_MODULE_MS = 'sandscope.init.module_ms';
/** Kernel or generic runtime up before this function was loaded, ms. */
export const ATTR_INIT_POOL_DWELL_MS = 'sandscope.init.pool_dwell_ms';

// Sandbox.
/** 128 bits minted at the first invocation, 32 hex digits. */
export const ATTR_SANDBOX_ID = 'sandscope.sandbox.id';
/** 1 for the first invocation of this process; consecutive, so that a lost span shows as a gap. */
export const ATTR_SANDBOX_ORDINAL = 'sandscope.sandbox.ordinal';
/** Process start to the start of this invocation, ms of CLOCK_BOOTTIME or the wall clock. */
export const ATTR_SANDBOX_AGE_MS = 'sandscope.sandbox.age_ms';
/** End of the previous invocation to the start of this one, ms. Absent on the first. */
export const ATTR_SANDBOX_IDLE_MS = 'sandscope.sandbox.idle_ms';
/** Part of the idle time in which the process was seen not to run, ms. */
export const ATTR_SANDBOX_FREEZE_MS = 'sandscope.sandbox.freeze_ms';
/** Invocations in flight in this process at the start, this one included. */
export const ATTR_SANDBOX_CONCURRENT = 'sandscope.sandbox.concurrent';
/** Field 22 of /proc/self/stat, clock ticks since boot: tells processes of one sandbox apart. */
export const ATTR_PROCESS_START_TICKS = 'sandscope.process.start_ticks';

// Kernel and host evidence.
export const ATTR_KERNEL_BOOT_ID = 'sandscope.kernel.boot_id';
/** CLOCK_REALTIME − CLOCK_BOOTTIME, ms since the epoch, unrounded. */
export const ATTR_KERNEL_BOOT_TIME_UNIX_MS = 'sandscope.kernel.boot_time_unix_ms';
/** `shared`, `microvm`, `gvisor` or `unknown`. */
export const ATTR_KERNEL_ISOLATION = 'sandscope.kernel.isolation';
/** Told by the operator (`SANDSCOPE_HOST_ID`) or the Kubernetes downward API. */
export const ATTR_HOST_DECLARED_ID = 'sandscope.host.declared_id';
export const ATTR_HOST_DECLARED_IP = 'sandscope.host.declared_ip';
/** Hash of the CPU tuple and MemTotal: a hardware class, not a host. */
export const ATTR_HOST_FINGERPRINT = 'sandscope.host.fingerprint';

// CPU over the invocation.
export const ATTR_CPU_USER_MS = 'sandscope.cpu.user_ms';
export const ATTR_CPU_SYSTEM_MS = 'sandscope.cpu.system_ms';
/** Machine-wide, all CPUs added up, over the same window. */
export const ATTR_MACHINE_CPU_USER_MS = 'sandscope.machine.cpu.user_ms';
export const ATTR_MACHINE_CPU_SYSTEM_MS = 'sandscope.machine.cpu.system_ms';
export const ATTR_MACHINE_CPU_IOWAIT_MS = 'sandscope.machine.cpu.iowait_ms';
export const ATTR_MACHINE_CPU_STEAL_MS = 'sandscope.machine.cpu.steal_ms';
export const ATTR_MACHINE_CPU_IDLE_MS = 'sandscope.machine.cpu.idle_ms';
export const ATTR_CGROUP_THROTTLED_MS = 'sandscope.cgroup.throttled_ms';
/** CPU quota of the cgroup in CPUs: 0.5 is half a core. Absent when unlimited. */
export const ATTR_CGROUP_QUOTA_RATIO = 'sandscope.cgroup.quota_ratio';
/** True when other invocations of the same process overlapped this one: the process-wide deltas belong to several. */
export const ATTR_WINDOW_SHARED = 'sandscope.window.shared';

// Memory.
export const ATTR_MEMORY_RSS_BYTES = 'sandscope.memory.rss_bytes';
export const ATTR_MEMORY_PEAK_RSS_BYTES = 'sandscope.memory.peak_rss_bytes';
export const ATTR_MEMORY_TOTAL_BYTES = 'sandscope.memory.total_bytes';
export const ATTR_MEMORY_AVAILABLE_BYTES = 'sandscope.memory.available_bytes';
export const ATTR_FAULTS_MAJOR = 'sandscope.faults.major';
export const ATTR_FAULTS_MINOR = 'sandscope.faults.minor';
export const ATTR_CONTEXT_SWITCHES_VOLUNTARY = 'sandscope.context_switches.voluntary';
export const ATTR_CONTEXT_SWITCHES_INVOLUNTARY = 'sandscope.context_switches.involuntary';

// I/O over the invocation.
export const ATTR_IO_READ_BYTES = 'sandscope.io.read_bytes';
export const ATTR_IO_WRITE_BYTES = 'sandscope.io.write_bytes';
export const ATTR_NETWORK_RX_BYTES = 'sandscope.network.rx_bytes';
export const ATTR_NETWORK_TX_BYTES = 'sandscope.network.tx_bytes';
/** Outgoing HTTP requests of the handler that ended within the invocation. */
export const ATTR_IO_HTTP_COUNT = 'sandscope.io.http_count';
export const ATTR_IO_HTTP_MS = 'sandscope.io.http_ms';

// The instrument itself.
/** What Sandscope cost before the response, µs. */
export const ATTR_OVERHEAD_US = 'sandscope.overhead_us';
/** Duration of the previous export, ms. */
export const ATTR_EXPORT_MS = 'sandscope.export_ms';
/** Spans this process dropped so far because its bounded buffer was full. */
export const ATTR_DROPPED_SPANS = 'sandscope.dropped_spans';

// Errors and the end.
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_EXCEPTION_TYPE = 'exception.type';
export const ATTR_EXCEPTION_MESSAGE = 'exception.message';
export const ATTR_EXCEPTION_STACKTRACE = 'exception.stacktrace';
/** Why the sandbox stops, on the shutdown span: the signal's name in lower case. */
export const ATTR_SHUTDOWN_REASON = 'sandscope.shutdown.reason';
/** Ordinal of the last invocation of this process, on the shutdown span. */
export const ATTR_SHUTDOWN_LAST_ORDINAL = 'sandscope.shutdown.last_ordinal';

export const INIT_TYPES = ['on_demand', 'provisioned', 'proactive', 'restored', 'reinit', 'managed'] as const;
export type InitType = (typeof INIT_TYPES)[number];

export const KERNEL_ISOLATIONS = ['shared', 'microvm', 'gvisor', 'unknown'] as const;
export type KernelIsolation = (typeof KERNEL_ISOLATIONS)[number];

/** How well a host is known, best first (design §2). */
export const HOST_CONFIDENCES = ['declared', 'kernel', 'derived', 'class', 'none'] as const;
export type HostConfidence = (typeof HOST_CONFIDENCES)[number];
