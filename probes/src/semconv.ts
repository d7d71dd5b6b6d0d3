/**
 * Every attribute name that Sandscope writes or reads. Standard names are copied from the OpenTelemetry semantic
 * conventions 1.44.0 (experimental ones are copied rather than imported, so that an upgrade elsewhere cannot rename
 * what is stored); names without a standard begin with `sandscope.`, and a quantity's name ends in its
 * unit. An attribute whose value could not be read is absent, never 0.
 */

/** The schema that the standard names below are taken from. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.44.0';

/** Instrumentation scope of every span that the SDK writes. */
export const SCOPE_NAME = '@sandscope/sdk';

/** Instrumentation scope of every span that `sandscope import` creates from other data. */
export const SCOPE_IMPORT = 'sandscope import';

// Span names that are not a function's name.
/** INTERNAL span, one per sandbox: from process start to the end of initialisation. */
export const SPAN_INIT = 'sandscope.init';
/** INTERNAL span, written when the sandbox is asked to stop: a confirmed eviction. */
export const SPAN_SHUTDOWN = 'sandscope.shutdown';
/**
 * INTERNAL span of an active probe, child of the invocation after which it ran: the file system of the temp directory.
 */
export const SPAN_PROBE_DISK = 'probe.disk';
/** INTERNAL span of an active probe: the network path to one endpoint. */
export const SPAN_PROBE_NETWORK = 'probe.network';
/** INTERNAL span of an active probe: the speed of the CPU core, and the share of it that this process gets. */
export const SPAN_PROBE_CPU = 'probe.cpu';
/** INTERNAL span, at most one per sandbox: the slow hardware inventory. */
export const SPAN_INVENTORY = 'sandscope.inventory';
/**
 * INTERNAL span, from imported data: sandboxes that were idle during the span, checked at its end. For data sets that
 * count sandboxes without recording their invocations.
 */
export const SPAN_IDLE_OUTCOMES = 'sandscope.idle_outcomes';

// Resource, standard names.
/** Name of the service: `OTEL_SERVICE_NAME`, otherwise the function's name. */
export const ATTR_SERVICE_NAME = 'service.name';
/** Version of the service. Absent unless the operator sets it in `OTEL_RESOURCE_ATTRIBUTES`. */
export const ATTR_SERVICE_VERSION = 'service.version';
/** Distinguishes the instances of a service. An OpenTelemetry program generates it when it starts. */
export const ATTR_SERVICE_INSTANCE_ID = 'service.instance.id';
/** Name of the function. */
export const ATTR_FAAS_NAME = 'faas.name';
/** Version of the function as the platform numbers it. Absent if the platform does not provide it. */
export const ATTR_FAAS_VERSION = 'faas.version';
/** The platform's own name of the sandbox; on Lambda the log stream. Absent if the platform does not provide it. */
export const ATTR_FAAS_INSTANCE = 'faas.instance';
/**
 * Configured memory limit of the function. Absent if the platform does not provide it.
 * @unit By
 */
export const ATTR_FAAS_MAX_MEMORY = 'faas.max_memory';
/** Provider of the cloud, such as `aws`. Absent outside a known cloud. */
export const ATTR_CLOUD_PROVIDER = 'cloud.provider';
/** The cloud's platform, such as `aws_lambda`. Absent outside a known one. */
export const ATTR_CLOUD_PLATFORM = 'cloud.platform';
/** Region of the cloud. Absent if the platform does not provide it. */
export const ATTR_CLOUD_REGION = 'cloud.region';
/** Account that the function belongs to; on Lambda from the invoked ARN. Absent elsewhere. */
export const ATTR_CLOUD_ACCOUNT_ID = 'cloud.account.id';
/** On Lambda the ARN of the function, with an alias replaced by the version that ran. Absent elsewhere. */
export const ATTR_CLOUD_RESOURCE_ID = 'cloud.resource_id';
/** The ARN exactly as it was invoked. Absent outside Lambda. */
export const ATTR_AWS_LAMBDA_INVOKED_ARN = 'aws.lambda.invoked_arn';
/** The sandbox's hostname. In a pod the pod's name; on a microVM often the same in every sandbox. */
export const ATTR_HOST_NAME = 'host.name';
/** `amd64`, `arm64`, otherwise Node's name for the architecture. */
export const ATTR_HOST_ARCH = 'host.arch';
/**
 * Addresses of the sandbox's network interfaces except loopback. Evidence, never an id. Absent if there are none.
 * @unit string array
 */
export const ATTR_HOST_IP = 'host.ip';
/**
 * Hardware addresses of the sandbox's network interfaces. Evidence, never an id. Absent if there are none.
 * @unit string array
 */
export const ATTR_HOST_MAC = 'host.mac';
/** CPU vendor as the CPU reports it; on ARM the implementer's code. Absent if /proc/cpuinfo does not contain it. */
export const ATTR_HOST_CPU_VENDOR_ID = 'host.cpu.vendor.id';
/** CPU family; on ARM the architecture. Absent if /proc/cpuinfo does not contain it. */
export const ATTR_HOST_CPU_FAMILY = 'host.cpu.family';
/** CPU model number; on ARM the part number. Absent if /proc/cpuinfo does not contain it. */
export const ATTR_HOST_CPU_MODEL_ID = 'host.cpu.model.id';
/** Name of the CPU model; on ARM the name of the core. Absent if it is unknown. */
export const ATTR_HOST_CPU_MODEL_NAME = 'host.cpu.model.name';
/** Stepping; on ARM variant and revision, such as `r3p1`. Absent if /proc/cpuinfo does not contain it. */
export const ATTR_HOST_CPU_STEPPING = 'host.cpu.stepping';
/** `linux`, `darwin`, `windows`. */
export const ATTR_OS_TYPE = 'os.type';
/** Release of the kernel, as uname(2) returns it. */
export const ATTR_OS_VERSION = 'os.version';
/** Process id in the sandbox's own pid namespace. */
export const ATTR_PROCESS_PID = 'process.pid';
/**
 * Effective user id of the process. Absent if the system has none.
 * @unit {id}
 */
export const ATTR_PROCESS_USER_ID = 'process.user.id';
/** Name of that user. Absent if it has none, which is common in containers. */
export const ATTR_PROCESS_USER_NAME = 'process.user.name';
/**
 * Real user id of the process. Absent if it equals the effective one.
 * @unit {id}
 */
export const ATTR_PROCESS_REAL_USER_ID = 'process.real_user.id';
/** `nodejs`. */
export const ATTR_PROCESS_RUNTIME_NAME = 'process.runtime.name';
/** Version of Node. */
export const ATTR_PROCESS_RUNTIME_VERSION = 'process.runtime.version';
/**
 * Container id: 64 hex digits, on ECS also 32 and a number. Absent outside a container, and if only the pod's sandbox
 * or another container whose network it shares can be seen.
 */
export const ATTR_CONTAINER_ID = 'container.id';
/** Name of the pod, from the downward API (`K8S_POD_NAME`). Absent if not declared. */
export const ATTR_K8S_POD_NAME = 'k8s.pod.name';
/** Uid of the pod, from the downward API (`K8S_POD_UID`). Absent if not declared. */
export const ATTR_K8S_POD_UID = 'k8s.pod.uid';
/** Name of the node, from the downward API (`K8S_NODE_NAME`). Absent if not declared. */
export const ATTR_K8S_NODE_NAME = 'k8s.node.name';
/** Namespace of the pod, from the downward API (`K8S_NAMESPACE_NAME`). Absent if not declared. */
export const ATTR_K8S_NAMESPACE_NAME = 'k8s.namespace.name';
/** Platform whose adapter wrapped the function, such as `aws-lambda` or `fission`. Absent if it is unknown. */
export const ATTR_PLATFORM = 'sandscope.platform';
/** `sandscope`. */
export const ATTR_TELEMETRY_DISTRO_NAME = 'telemetry.distro.name';
/** Version of Sandscope in the function. */
export const ATTR_TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version';
/** `nodejs`. */
export const ATTR_TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language';

// AWS Lambda.
/** Id of the availability zone (`use1-az1`), from Lambda's metadata endpoint. Absent if there is no such endpoint. */
export const ATTR_CLOUD_AVAILABILITY_ZONE = 'cloud.availability_zone';
/**
 * Maximum number of concurrent invocations of a managed instance (`AWS_LAMBDA_MAX_CONCURRENCY`). Absent elsewhere.
 * @unit {invocation}
 */
export const ATTR_LAMBDA_MAX_CONCURRENCY = 'sandscope.lambda.max_concurrency';
/**
 * With tenant isolation: the tenant that the invocation belongs to. An environment serves only one tenant. Absent
 * otherwise.
 */
export const ATTR_LAMBDA_TENANT_ID = 'sandscope.lambda.tenant_id';
/** The durable execution that the invocation is a step of; each replay is a separate invocation. Absent elsewhere. */
export const ATTR_LAMBDA_DURABLE_EXECUTION_ARN = 'sandscope.lambda.durable_execution_arn';

/**
 * Billed duration of the invocation, as the platform reports it. Absent unless it came from the platform's own record.
 */
export const ATTR_BILLED_DURATION_MS = 'sandscope.billed.duration_ms';
/** Billed part of a restore from a snapshot. Absent elsewhere. */
export const ATTR_BILLED_RESTORE_MS = 'sandscope.billed.restore_ms';
/**
 * Maximum memory that the sandbox has used so far, as the platform reports it: not a value of this invocation alone.
 * Absent unless it came from the platform's own record.
 */
export const ATTR_MEMORY_MAX_USED_BYTES = 'sandscope.memory.max_used_bytes';

// Start of an invocation.
/**
 * True if the caller waited for this sandbox to start (first invocation of the process, not initialised ahead of it).
 */
export const ATTR_FAAS_COLDSTART = 'faas.coldstart';
/** `datasource`, `http`, `pubsub`, `timer` or `other`. */
export const ATTR_FAAS_TRIGGER = 'faas.trigger';
/** The platform's id of this invocation. Absent if it has none. */
export const ATTR_FAAS_INVOCATION_ID = 'faas.invocation_id';
/** `on_demand`, `provisioned`, `proactive`, `restored`, `reinit` or `managed`. */
export const ATTR_INIT_TYPE = 'sandscope.init.type';
/**
 * Duration of the initialisation that a caller waits for: from the start of the process, or the moment when a generic
 * runtime was assigned this function, until the handler can be called. A lower bound if no caller waited for it
 * (`provisioned`, `proactive`): asynchronous work after the module's synchronous part is then not measured. Only on the
 * first invocation of a process.
 */
export const ATTR_INIT_DURATION_MS = 'sandscope.init.duration_ms';
/**
 * Part of it: process start to the load of the function's modules, as far as it can be measured. Absent if the runtime
 * was taken from a pool.
 */
export const ATTR_INIT_RUNTIME_MS = 'sandscope.init.runtime_ms';
/** Part of it: load of the function's modules until their synchronous part was evaluated. */
export const ATTR_INIT_MODULE_MS = 'sandscope.init.module_ms';
/** Part of it: from there until the handler can be called: top-level `await`, and the runtime's own steps. */
export const ATTR_INIT_REST_MS = 'sandscope.init.rest_ms';
/**
 * Time that the kernel or a generic runtime was running before this function was loaded; not part of the
 * initialisation. Absent on a shared kernel.
 */
export const ATTR_INIT_POOL_DWELL_MS = 'sandscope.init.pool_dwell_ms';

// Packages of the function, with `SANDSCOPE_MODULES=1`.
/**
 * Event on `sandscope.init`, one for each of the 20 packages with the longest time of their own. Its time is when the
 * first file of the package began to load.
 */
export const EVENT_PACKAGE = 'sandscope.package';
/** On `sandscope.init`: packages from which a file was loaded before the first invocation, including `.`. */
export const ATTR_INIT_PACKAGE_COUNT = 'sandscope.init.package_count';
/** Top-level package, including the packages nested in it; `.` for the function's own files. */
export const ATTR_PACKAGE_NAME = 'sandscope.package.name';
/**
 * Time of the package itself: reading and running its files, and compiling the CommonJS ones (unknown for ES modules).
 * Top-level `await` counts, minus the time of other packages meanwhile.
 */
export const ATTR_PACKAGE_SELF_MS = 'sandscope.package.self_ms';
/**
 * The same, plus the time of all files, of other packages too, that were first loaded because of this package. Totals
 * of packages overlap; their own times do not.
 */
export const ATTR_PACKAGE_TOTAL_MS = 'sandscope.package.total_ms';
/** Files of the package that were loaded. */
export const ATTR_PACKAGE_FILE_COUNT = 'sandscope.package.file_count';

// The event that triggered an invocation.
/**
 * How the platform invokes the function: `sync` if a caller waits for the answer, `async` if the platform queued the
 * event and no caller waits, `poll` if the platform reads a queue or a stream. Absent if the event does not show it, as
 * with direct calls, Step Functions and AppSync.
 */
export const ATTR_INVOCATION_MODE = 'sandscope.invocation.mode';
/**
 * Time from the event to the start of its handler; for a batch, from the oldest of its first 32 events. It may be
 * slightly negative, because the event's time comes from another machine. Absent if the event has no time, or one
 * before 2014 or more than 5 minutes in the future.
 */
export const ATTR_TRIGGER_DELAY_MS = 'sandscope.trigger.delay_ms';
/**
 * The field that the time of the event was read from, such as `sqs.SentTimestamp` or `requestContext.timeEpoch`.
 * EventBridge, DynamoDB and DocumentDB have whole seconds, rounded down: the delay is up to a second too long. Absent
 * with the delay.
 */
export const ATTR_TRIGGER_DELAY_SOURCE = 'sandscope.trigger.delay_source';
/**
 * The system that the messages come from, such as `aws_sqs` or `kafka`. Absent if the conventions have no name for it.
 */
export const ATTR_MESSAGING_SYSTEM = 'messaging.system';
/** `process`. Absent without `messaging.system`. */
export const ATTR_MESSAGING_OPERATION_TYPE = 'messaging.operation.type';
/** Name of the queue, topic or stream. Absent if the event does not name it, or if the messages come from several. */
export const ATTR_MESSAGING_DESTINATION_NAME = 'messaging.destination.name';
/**
 * Number of messages in the invocation's batch. Absent if they are delivered one by one.
 * @unit {message}
 */
export const ATTR_MESSAGING_BATCH_MESSAGE_COUNT = 'messaging.batch.message_count';
/** Bucket, table or database that was changed. Absent if the event does not name it. */
export const ATTR_FAAS_DOCUMENT_COLLECTION = 'faas.document.collection';
/** `insert`, `edit` or `delete`. Absent if it was something else, or if the records differ. */
export const ATTR_FAAS_DOCUMENT_OPERATION = 'faas.document.operation';

// Sandbox.
/** Id of the sandbox: 128 random bits generated at the first invocation, 32 hex digits. */
export const ATTR_SANDBOX_ID = 'sandscope.sandbox.id';
/**
 * Generated before a snapshot was taken, so that all sandboxes restored from it have the same one; 32 hex digits.
 * Absent without snapshots.
 */
export const ATTR_SANDBOX_CLONE_GROUP = 'sandscope.sandbox.clone_group';
/** 1 for the first invocation of this process; consecutive, so that a lost span shows as a gap. */
export const ATTR_SANDBOX_ORDINAL = 'sandscope.sandbox.ordinal';
/** Process start to the start of this invocation, ms of CLOCK_BOOTTIME or the wall clock. */
export const ATTR_SANDBOX_AGE_MS = 'sandscope.sandbox.age_ms';
/** End of the previous invocation to the start of this one, ms. Absent on the first. */
export const ATTR_SANDBOX_IDLE_MS = 'sandscope.sandbox.idle_ms';
/** Part of the idle time during which the process was observed not to run. Absent on the first invocation. */
export const ATTR_SANDBOX_FREEZE_MS = 'sandscope.sandbox.freeze_ms';
/** Invocations in flight in this process at the start, on all of its threads, this one included. */
export const ATTR_SANDBOX_CONCURRENT = 'sandscope.sandbox.concurrent';
/** Thread that ran the handler. Ordinals count the invocations of all threads. Absent on the main thread. */
export const ATTR_THREAD_ID = 'thread.id';
/** Field 22 of /proc/self/stat, clock ticks since boot: distinguishes the processes of one sandbox. */
export const ATTR_PROCESS_START_TICKS = 'sandscope.process.start_ticks';

// Kernel and host evidence.
/** Random UUID that the kernel generated when it booted. Clones of a snapshot share it. Absent if unreadable. */
export const ATTR_KERNEL_BOOT_ID = 'sandscope.kernel.boot_id';
/**
 * When the kernel booted: CLOCK_REALTIME − CLOCK_BOOTTIME, ms since the epoch, unrounded. Absent outside
 * Linux, and if /proc/uptime describes a container.
 */
export const ATTR_KERNEL_BOOT_TIME_UNIX_MS = 'sandscope.kernel.boot_time_unix_ms';
/** `shared`, `microvm`, `gvisor` or `unknown`. */
export const ATTR_KERNEL_ISOLATION = 'sandscope.kernel.isolation';
/**
 * The host as the operator (`SANDSCOPE_HOST_ID`) or the Kubernetes downward API names it. Absent if not
 * declared.
 */
export const ATTR_HOST_DECLARED_ID = 'sandscope.host.declared_id';
/** Address of the host as the operator declares it (`SANDSCOPE_HOST_IP`). Absent if not declared. */
export const ATTR_HOST_DECLARED_IP = 'sandscope.host.declared_ip';
/** Hash of the CPU tuple and MemTotal: a hardware class, not a host. Absent if /proc contains neither. */
export const ATTR_HOST_FINGERPRINT = 'sandscope.host.fingerprint';

// CPU over the invocation.
/**
 * CPU time that all threads of this process spent in user mode during the invocation. Absent if the system does not
 * count it.
 */
export const ATTR_CPU_USER_MS = 'sandscope.cpu.user_ms';
/**
 * CPU time that the kernel spent on behalf of this process during the invocation. Absent if the system does not count
 * it.
 */
export const ATTR_CPU_SYSTEM_MS = 'sandscope.cpu.system_ms';
/**
 * CPU time in user mode on the whole machine during the same time, summed over all CPUs, in steps of 10 ms. Absent on
 * gVisor, outside Linux, and if /proc/stat is emulated for a container (LXCFS).
 */
export const ATTR_MACHINE_CPU_USER_MS = 'sandscope.machine.cpu.user_ms';
/**
 * CPU time in the kernel and in interrupts on the whole machine, summed over all CPUs, in steps of 10 ms. Absent on
 * gVisor, outside Linux, and with LXCFS.
 */
export const ATTR_MACHINE_CPU_SYSTEM_MS = 'sandscope.machine.cpu.system_ms';
/**
 * Time that CPUs of the machine were idle while a disk operation was pending, summed, in steps of 10 ms. Absent on
 * gVisor, outside Linux, with LXCFS, and if the counter decreased.
 */
export const ATTR_MACHINE_CPU_IOWAIT_MS = 'sandscope.machine.cpu.iowait_ms';
/**
 * Time that the machine waited for a CPU while the hypervisor ran others (steal), summed over all CPUs, in steps of 10
 * ms. Absent on gVisor, outside Linux, and with LXCFS.
 */
export const ATTR_MACHINE_CPU_STEAL_MS = 'sandscope.machine.cpu.steal_ms';
/**
 * Time that CPUs of the machine were idle, summed, in steps of 10 ms. Absent on gVisor, outside Linux, and with LXCFS.
 */
export const ATTR_MACHINE_CPU_IDLE_MS = 'sandscope.machine.cpu.idle_ms';
/**
 * Time that the cgroup was throttled because its CPU quota was used up. Absent without a CPU cgroup and in the root
 * cgroup of version 2.
 */
export const ATTR_CGROUP_THROTTLED_MS = 'sandscope.cgroup.throttled_ms';
/** CPU quota of the cgroup in CPUs: 0.5 is half a core. Absent if unlimited. */
export const ATTR_CGROUP_QUOTA_RATIO = 'sandscope.cgroup.quota_ratio';
/**
 * True if other invocations of the same process overlapped this one. The process's own counters are then absent,
 * because they cannot be attributed to one of them.
 */
export const ATTR_WINDOW_SHARED = 'sandscope.window.shared';

// Memory.
/** Memory of this process in RAM at the end of the invocation. Absent without /proc. */
export const ATTR_MEMORY_RSS_BYTES = 'sandscope.memory.rss_bytes';
/** Highest RSS of this process so far. Absent if the kernel does not record it. */
export const ATTR_MEMORY_PEAK_RSS_BYTES = 'sandscope.memory.peak_rss_bytes';
/**
 * Memory of the machine (on a microVM: of the sandbox). Absent without /proc, and if /proc/meminfo is emulated for a
 * container (LXCFS).
 */
export const ATTR_MEMORY_TOTAL_BYTES = 'sandscope.memory.total_bytes';
/** Memory of the machine that is available without swapping. Absent without /proc, and with LXCFS. */
export const ATTR_MEMORY_AVAILABLE_BYTES = 'sandscope.memory.available_bytes';
/**
 * Page faults of this process that needed a disk. Absent if the kernel does not count them.
 * @unit {fault}
 */
export const ATTR_FAULTS_MAJOR = 'sandscope.faults.major';
/**
 * Page faults of this process that needed no disk. Absent if the kernel does not count them.
 * @unit {fault}
 */
export const ATTR_FAULTS_MINOR = 'sandscope.faults.minor';
/**
 * How often a thread of this process gave up its CPU to wait. Absent if the kernel does not count it.
 * @unit {switch}
 */
export const ATTR_CONTEXT_SWITCHES_VOLUNTARY = 'sandscope.context_switches.voluntary';
/**
 * How often a thread of this process was preempted. Absent if the kernel does not count it.
 * @unit {switch}
 */
export const ATTR_CONTEXT_SWITCHES_INVOLUNTARY = 'sandscope.context_switches.involuntary';

// I/O over the invocation.
/**
 * Bytes that this process made the storage layer read; reads from the page cache do not count. Absent without task I/O
 * accounting.
 */
export const ATTR_IO_READ_BYTES = 'sandscope.io.read_bytes';
/** Bytes that this process made the storage layer write. Absent without task I/O accounting. */
export const ATTR_IO_WRITE_BYTES = 'sandscope.io.write_bytes';
/** Bytes received by all interfaces of the network namespace except loopback. Absent if there is no other. */
export const ATTR_NETWORK_RX_BYTES = 'sandscope.network.rx_bytes';
/** Bytes sent by all interfaces of the network namespace except loopback. Absent if there is no other. */
export const ATTR_NETWORK_TX_BYTES = 'sandscope.network.tx_bytes';
/**
 * Outgoing HTTP requests of the process (`node:http`, `fetch`) that were answered or failed within the invocation,
 * except Sandscope's own.
 * @unit {request}
 */
export const ATTR_IO_HTTP_COUNT = 'sandscope.io.http_count';
/** Time from a request to the head of its response or to its failure; the times of concurrent requests add up. */
export const ATTR_IO_HTTP_MS = 'sandscope.io.http_ms';
/** On the span of a request: from the request to the head of its response. Absent if there was none. */
export const ATTR_IO_FIRST_BYTE_MS = 'sandscope.io.first_byte_ms';
/** On the span of a request: whether its connection had carried a request before. Absent if Node does not report it. */
export const ATTR_IO_SOCKET_REUSED = 'sandscope.io.socket_reused';
/** On the span of a request: bytes of its body according to its headers. Absent if they do not contain it. */
export const ATTR_HTTP_REQUEST_BODY_SIZE = 'http.request.body.size';
/**
 * On the span of a request: bytes of the response's body according to its headers. Absent if they do not contain it.
 */
export const ATTR_HTTP_RESPONSE_BODY_SIZE = 'http.response.body.size';
/** On the spans of requests and connections: address of the remote end. Absent if Node does not report it. */
export const ATTR_NETWORK_PEER_ADDRESS = 'network.peer.address';
/** On the span of a connection: port of the remote end. */
export const ATTR_NETWORK_PEER_PORT = 'network.peer.port';
/** On the span of a connection: `tcp`. */
export const ATTR_NETWORK_TRANSPORT = 'network.transport';
/** On the span of a name lookup: the name. */
export const ATTR_DNS_QUESTION_NAME = 'dns.question.name';
/**
 * Name lookups of the process (`dns.lookup`, `dns.resolve…`) that succeeded within the invocation, except Sandscope's
 * own. Absent if one may have begun before it could be observed: with the first HTTPS request on Node before 24 if the
 * handler loaded `node:https`.
 * @unit {lookup}
 */
export const ATTR_IO_DNS_COUNT = 'sandscope.io.dns_count';
/** Time of those name lookups; the times of concurrent lookups add up. Absent with the count. */
export const ATTR_IO_DNS_MS = 'sandscope.io.dns_ms';
/**
 * TCP connections of the process that were established within the invocation, except Sandscope's own. Absent if Node
 * has no performance entries.
 * @unit {connection}
 */
export const ATTR_IO_CONNECT_COUNT = 'sandscope.io.connect_count';
/**
 * Time from the first packet to an established TCP connection, without name lookup and TLS; the times of
 * concurrent connections add up. Absent with the count.
 */
export const ATTR_IO_CONNECT_MS = 'sandscope.io.connect_ms';
/**
 * Asynchronous file operations of the process (open, read, write, stat, close: each counts) that ended within the
 * invocation; synchronous ones are not seen. Absent unless `SANDSCOPE_FS_TIMING` is 1, because observing them has a
 * cost.
 * @unit {operation}
 */
export const ATTR_IO_FS_COUNT = 'sandscope.io.fs_count';
/**
 * Time from the call of a file operation until its result is processed; the times of concurrent operations add up.
 * Absent with the count.
 */
export const ATTR_IO_FS_MS = 'sandscope.io.fs_ms';

// Read after the response: levels and totals at that moment, not over the invocation.
/**
 * Time since boot in which at least one task of the machine waited for a CPU (PSI `some`, total). Absent without
 * pressure stall information, and if it was reported less than a second before.
 */
export const ATTR_MACHINE_PRESSURE_CPU_MS = 'sandscope.machine.pressure.cpu_ms';
/**
 * Share of the last 10 s in which at least one task of the machine waited for a CPU, 0 to 1. Absent without pressure
 * stall information, and if it was reported less than a second before.
 */
export const ATTR_MACHINE_PRESSURE_CPU_RATIO = 'sandscope.machine.pressure.cpu_ratio';
/** The same for this cgroup alone; waiting for its quota counts too. Absent with cgroups of version 1. */
export const ATTR_CGROUP_PRESSURE_CPU_MS = 'sandscope.cgroup.pressure.cpu_ms';
/** The same for this cgroup alone. Absent with cgroups of version 1. */
export const ATTR_CGROUP_PRESSURE_CPU_RATIO = 'sandscope.cgroup.pressure.cpu_ratio';
/**
 * Memory that the cgroup uses, page cache included. Absent without a memory cgroup, and if it was reported less than a
 * second before.
 */
export const ATTR_CGROUP_MEMORY_USED_BYTES = 'sandscope.cgroup.memory.used_bytes';
/**
 * Space in use on the file system of the temp directory, by anyone. Absent if statfs(2) does not report it, and if it
 * was reported less than a second before.
 */
export const ATTR_TMP_USED_BYTES = 'sandscope.tmp.used_bytes';
/**
 * Space that may still be written to the temp directory. Absent if statfs(2) does not report it, and if it was reported
 * less than a second before.
 */
export const ATTR_TMP_AVAILABLE_BYTES = 'sandscope.tmp.available_bytes';

// What a sandbox accumulates over its lifetime, read together with the levels above.
/**
 * Open file descriptors of this process, Sandscope's own included. Absent without /proc, if it was reported less than a
 * second before, and before Linux 6.2 if thousands are open and were counted a short time ago.
 * @unit {file_descriptor}
 */
export const ATTR_PROCESS_DESCRIPTOR_COUNT = 'sandscope.process.descriptor_count';
/**
 * Threads of this process, Node's own included. Absent without /proc, and if it was reported less than a second before.
 * @unit {thread}
 */
export const ATTR_PROCESS_THREAD_COUNT = 'sandscope.process.thread_count';
/**
 * TCP connections that the program opened and has not closed, except Sandscope's own; those of native modules are not
 * seen. Absent above 1024, and if it was reported less than a second before.
 * @unit {connection}
 */
export const ATTR_PROCESS_CONNECTION_COUNT = 'sandscope.process.connection_count';
/**
 * Remote ends of these connections as `ADDRESS:PORT COUNT`, the 16 most frequent ones, then `other COUNT`. Absent if
 * there are none, and with the count.
 * @unit string array
 */
export const ATTR_PROCESS_PEERS = 'sandscope.process.peers';
/** Used memory of V8's heap, garbage included. Absent if it was reported less than a second before. */
export const ATTR_MEMORY_HEAP_USED_BYTES = 'sandscope.memory.heap_used_bytes';
/**
 * Memory outside the heap that its objects hold, such as buffers. Absent if it was reported less than a second before.
 */
export const ATTR_MEMORY_EXTERNAL_BYTES = 'sandscope.memory.external_bytes';
/**
 * Files in the temp directory and its folders, as far as this user can see them, except Sandscope's own. Absent while
 * they are being counted: at least 32 per second, usually twice as many.
 * @unit {file}
 */
export const ATTR_TMP_FILE_COUNT = 'sandscope.tmp.file_count';
/** Total size of these files. Absent with the count. */
export const ATTR_TMP_FILE_BYTES = 'sandscope.tmp.file_bytes';
/**
 * Longest time that an event may have had to wait for the event loop, in one invocation since the last report. Absent
 * on the first invocation, and if it was reported less than a second before.
 */
export const ATTR_EVENT_LOOP_DELAY_MAX_MS = 'sandscope.event_loop.delay_max_ms';
/** Mean of these times over the turns of the event loop. Absent with the maximum. */
export const ATTR_EVENT_LOOP_DELAY_MEAN_MS = 'sandscope.event_loop.delay_mean_ms';

// Machine and network, read once per sandbox, on the resource. Evidence, never an id.
/**
 * Evidence of the kind of kernel and sandbox, such as `hypervisor.flag` or `gvisor.release`. Absent if none was
 * found.
 * @unit string array
 */
export const ATTR_KERNEL_EVIDENCE = 'sandscope.kernel.evidence';
/** Whether the CPU reports that it is virtual. Absent on ARM, where CPUs do not report it. */
export const ATTR_MACHINE_VIRTUAL = 'sandscope.machine.virtual';
/** `kvm`, `xen`, `hyperv`, `vmware`, `virtualbox` or `bhyve`. Absent if nothing names it. */
export const ATTR_MACHINE_HYPERVISOR = 'sandscope.machine.hypervisor';
/** System vendor in the DMI tables. Absent without them, as on Firecracker and ARM without ACPI. */
export const ATTR_MACHINE_VENDOR = 'sandscope.machine.vendor';
/** Product in the DMI tables; on many clouds the machine type. Absent without them. */
export const ATTR_MACHINE_PRODUCT = 'sandscope.machine.product';
/** The kernel's clock source, such as `kvm-clock`. Absent if /sys does not contain it. */
export const ATTR_MACHINE_CLOCK_SOURCE = 'sandscope.machine.clock_source';
/** IPv4 gateway of the default route. Absent without one. */
export const ATTR_NETWORK_GATEWAY = 'sandscope.network.gateway';
/** Interface of the default route. Absent without one. */
export const ATTR_NETWORK_INTERFACE = 'sandscope.network.interface';
/**
 * Driver of that interface; if /sys does not contain it, the known drivers among the kernel's loaded modules, such as
 * `ena` or `virtio_net`. Absent if none is known.
 * @unit string array
 */
export const ATTR_NETWORK_DRIVERS = 'sandscope.network.drivers';
/**
 * Tightest memory limit of the cgroup and of its visible ancestors. Absent if unlimited or not readable.
 */
export const ATTR_CGROUP_MEMORY_LIMIT_BYTES = 'sandscope.cgroup.memory.limit_bytes';
/** Size of the file system of the temp directory. Absent if statfs(2) does not report it. */
export const ATTR_TMP_TOTAL_BYTES = 'sandscope.tmp.total_bytes';
/** Kind of that file system, such as `tmpfs`. Absent for unknown kinds. */
export const ATTR_TMP_FILESYSTEM = 'sandscope.tmp.filesystem';

// Clients of experiments: `sandscope probe --collector`.
/** On the client span of a call: name of the experiment. */
export const ATTR_PROBE_EXPERIMENT = 'sandscope.probe.experiment';
/** On the client span of a call: the run that it belongs to, such as `result.json`. */
export const ATTR_PROBE_RUN_ID = 'sandscope.probe.run_id';

// Active probes: child spans of the invocation after which they ran. Off unless `SANDSCOPE_PROBES` names them.
/** Whether the probe measured everything; false if its time limit came first. */
export const ATTR_PROBE_COMPLETED = 'sandscope.probe.completed';
/** Size of the file that was to be written and read back. */
export const ATTR_PROBE_DISK_BYTES = 'sandscope.probe.disk.bytes';
/** Time to write them into the page cache. Absent if the time limit came first. */
export const ATTR_PROBE_DISK_WRITE_MS = 'sandscope.probe.disk.write_ms';
/** Time to flush them to the device (fdatasync). Absent if the time limit came first. */
export const ATTR_PROBE_DISK_SYNC_MS = 'sandscope.probe.disk.sync_ms';
/** Time to read them back, usually from the page cache. Absent if the time limit came first. */
export const ATTR_PROBE_DISK_READ_MS = 'sandscope.probe.disk.read_ms';
/** Median time of a 4 KiB write. Absent if the time limit came first. */
export const ATTR_PROBE_DISK_SMALL_WRITE_MS = 'sandscope.probe.disk.small_write_ms';
/** Median time of a 4 KiB write that is flushed to the device at once. Absent if the time limit came first. */
export const ATTR_PROBE_DISK_SMALL_SYNC_WRITE_MS = 'sandscope.probe.disk.small_sync_write_ms';
/** Address that the probe connected to. */
export const ATTR_SERVER_ADDRESS = 'server.address';
/** Port that the probe connected to. */
export const ATTR_SERVER_PORT = 'server.port';
/** Time of the name lookup. Absent if the endpoint is an address. */
export const ATTR_PROBE_NETWORK_DNS_MS = 'sandscope.probe.network.dns_ms';
/** Time from the first packet to an established TCP connection. Absent if there was none. */
export const ATTR_PROBE_NETWORK_CONNECT_MS = 'sandscope.probe.network.connect_ms';
/** Time of the TLS handshake. Absent without TLS. */
export const ATTR_PROBE_NETWORK_TLS_MS = 'sandscope.probe.network.tls_ms';
/** Time from the request to the head of its response. Absent if no request was sent. */
export const ATTR_PROBE_NETWORK_FIRST_BYTE_MS = 'sandscope.probe.network.first_byte_ms';
/** Time from the head of the response to its end, or to the limit on its bytes. Absent if there was no body. */
export const ATTR_PROBE_NETWORK_TRANSFER_MS = 'sandscope.probe.network.transfer_ms';
/** Number of bytes read from the response's body. */
export const ATTR_PROBE_NETWORK_TRANSFER_BYTES = 'sandscope.probe.network.transfer_bytes';
/**
 * Rounds of a fixed integer and floating-point workload per ms of this process's CPU time: the speed of the core.
 * @unit {round}/ms
 */
export const ATTR_PROBE_CPU_SCORE = 'sandscope.probe.cpu.score';
/** CPU time that the probe used. */
export const ATTR_PROBE_CPU_USED_MS = 'sandscope.probe.cpu.used_ms';
/**
 * CPU time per wall time during the probe, 0 to 1: less than 1 if a quota or other processes took the core away.
 */
export const ATTR_PROBE_CPU_SHARE_RATIO = 'sandscope.probe.cpu.share_ratio';

// Slow inventory: one span per sandbox, only with `SANDSCOPE_INVENTORY=1` and the package `systeminformation`.
/** Manufacturer of the machine. Absent if it is not reported. */
export const ATTR_INVENTORY_MANUFACTURER = 'sandscope.inventory.manufacturer';
/** Model of the machine. Absent if it is not reported. */
export const ATTR_INVENTORY_MODEL = 'sandscope.inventory.model';
/** Name of the hypervisor. Absent if it is not reported. */
export const ATTR_INVENTORY_VIRTUAL_HOST = 'sandscope.inventory.virtual_host';
/** Brand name of the CPU. Absent if it is not reported. */
export const ATTR_INVENTORY_CPU_BRAND = 'sandscope.inventory.cpu_brand';
/**
 * Number of physical cores. Absent if it is not reported.
 * @unit {core}
 */
export const ATTR_INVENTORY_CPU_CORES = 'sandscope.inventory.cpu_cores';
/**
 * Nominal clock frequency. Absent if it is not reported.
 * @unit GHz
 */
export const ATTR_INVENTORY_CPU_GIGAHERTZ = 'sandscope.inventory.cpu_gigahertz';
/** Size of the second-level cache. Absent if it is not reported. */
export const ATTR_INVENTORY_L2_CACHE_BYTES = 'sandscope.inventory.l2_cache_bytes';
/** Size of the third-level cache. Absent if it is not reported. */
export const ATTR_INVENTORY_L3_CACHE_BYTES = 'sandscope.inventory.l3_cache_bytes';

// Sandscope itself.
/** Time that Sandscope itself took before the response, µs. */
export const ATTR_OVERHEAD_US = 'sandscope.overhead_us';
/** Duration of the export before this invocation. Absent before the first. */
export const ATTR_EXPORT_MS = 'sandscope.export_ms';
/**
 * On the resource: `each` if every invocation is exported at once; `adaptive` if frequent ones are kept for a
 * while, so that the latest ones of a process may not have arrived yet.
 */
export const ATTR_EXPORT_FLUSH = 'sandscope.export.flush';
/** Time from the end of the invocation to its export, if that was postponed. Absent if it was exported at once. */
export const ATTR_EXPORT_HELD_MS = 'sandscope.export.held_ms';
/**
 * Number of postponed invocations in this export, on the latest invocation of the export. Absent if there are none.
 * @unit {invocation}
 */
export const ATTR_EXPORT_HELD_COUNT = 'sandscope.export.held_count';
/**
 * Spans that this process has dropped so far: because its bounded buffer was full, or because the collector rejected
 * them.
 * @unit {span}
 */
export const ATTR_DROPPED_SPANS = 'sandscope.dropped_spans';

// Errors and the end.
/** Class of the error that ended the invocation. Absent on success. */
export const ATTR_ERROR_TYPE = 'error.type';
/** Class of the error, on the `exception` event. */
export const ATTR_EXCEPTION_TYPE = 'exception.type';
/** Message of the error, on the `exception` event. */
export const ATTR_EXCEPTION_MESSAGE = 'exception.message';
/** Stack of the error, on the `exception` event. Absent if it has none. */
export const ATTR_EXCEPTION_STACKTRACE = 'exception.stacktrace';
/**
 * Why the process ended, on the shutdown span: the signal's name in lower case; `exit` if it ended while a handler
 * was running; `lost` if it was killed and the next process of the same sandbox reports it.
 */
export const ATTR_SHUTDOWN_REASON = 'sandscope.shutdown.reason';
/**
 * Ordinal of the last invocation of this process, on the shutdown span. 0 if it was initialised and stopped without
 * one; the span then has the attributes of the initialisation.
 */
export const ATTR_SHUTDOWN_LAST_ORDINAL = 'sandscope.shutdown.last_ordinal';
/**
 * True on the first invocation after a shutdown span of the same process: it was asked to stop and did not, so that
 * shutdown does not count. Absent otherwise.
 */
export const ATTR_SHUTDOWN_WITHDRAWN = 'sandscope.shutdown.withdrawn';

export const INIT_TYPES = ['on_demand', 'provisioned', 'proactive', 'restored', 'reinit', 'managed'] as const;
export type InitType = (typeof INIT_TYPES)[number];

export const INVOCATION_MODES = ['sync', 'async', 'poll'] as const;
export type InvocationMode = (typeof INVOCATION_MODES)[number];

export const KERNEL_ISOLATIONS = ['shared', 'microvm', 'gvisor', 'unknown'] as const;
export type KernelIsolation = (typeof KERNEL_ISOLATIONS)[number];

/** How certainly a host is known, best first. */
export const HOST_CONFIDENCES = ['declared', 'kernel', 'derived', 'class', 'none'] as const;
export type HostConfidence = (typeof HOST_CONFIDENCES)[number];

// Recorded data.
/** On the resource: name of the import that the span came from. Absent on spans that were not imported. */
export const ATTR_IMPORT_NAME = 'sandscope.import.name';
/** On the resource: the format that was imported, such as `cloudwatch`. Absent with the name. */
export const ATTR_IMPORT_FORMAT = 'sandscope.import.format';

// Checks of idle sandboxes, on separate spans.
/** Number of sandboxes that were idle together, which laws of batches depend on; 1 if each was checked separately. */
export const ATTR_IDLE_TOGETHER_COUNT = 'sandscope.idle.together_count';
/** How many of the checked sandboxes still existed. */
export const ATTR_IDLE_WARM_COUNT = 'sandscope.idle.warm_count';
/** How many of them had been evicted at some time before. */
export const ATTR_IDLE_GONE_COUNT = 'sandscope.idle.gone_count';

// What only the adapters of other platforms provide, standard names.
/** Request method of an invocation through HTTP, in upper case. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method';
/** Status of the response of an invocation through HTTP; absent if the connection was closed before there was one. */
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
/** Route template that the framework matched, such as `/users/:id`; absent without a router. */
export const ATTR_HTTP_ROUTE = 'http.route';
/** Path of the request without its query. */
export const ATTR_URL_PATH = 'url.path';
/** `http` or `https`; what the client used, if a proxy reports it. */
export const ATTR_URL_SCHEME = 'url.scheme';
/** `id` of the CloudEvent that triggered the function. */
export const ATTR_CLOUDEVENTS_EVENT_ID = 'cloudevents.event_id';
/** `source` of the CloudEvent. */
export const ATTR_CLOUDEVENTS_EVENT_SOURCE = 'cloudevents.event_source';
/** `type` of the CloudEvent. */
export const ATTR_CLOUDEVENTS_EVENT_TYPE = 'cloudevents.event_type';
/** Namespace of the service, such as OpenWhisk's namespace. */
export const ATTR_SERVICE_NAMESPACE = 'service.namespace';
/** Resource group of an Azure function app. */
export const ATTR_AZURE_RESOURCE_GROUP_NAME = 'azure.resource_group.name';
/** Name of the deployment environment, such as `production` or `preview`. */
export const ATTR_DEPLOYMENT_ENVIRONMENT_NAME = 'deployment.environment.name';
/** Id of the transaction that an OpenWhisk activation belongs to. */
export const ATTR_OPENWHISK_TRANSACTION_ID = 'sandscope.openwhisk.transaction_id';
/** UID of a Fission function in Kubernetes; distinguishes it from an earlier function of the same name. */
export const ATTR_FISSION_FUNCTION_UID = 'sandscope.fission.function_uid';
