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
/** INTERNAL span of an active probe, child of the invocation after which it ran: the file system of the temp directory. */
export const SPAN_PROBE_DISK = 'probe.disk';
/** INTERNAL span of an active probe: the way to one endpoint. */
export const SPAN_PROBE_NETWORK = 'probe.network';
/** INTERNAL span of an active probe: the speed of the core, and how much of it there is. */
export const SPAN_PROBE_CPU = 'probe.cpu';
/** INTERNAL span, at most one a sandbox: the slow hardware inventory. */
export const SPAN_INVENTORY = 'sandscope.inventory';

// Resource, standard names.
/** Name of the service: `OTEL_SERVICE_NAME`, else the function's name. */
export const ATTR_SERVICE_NAME = 'service.name';
/** Version of the service. Absent unless the operator tells it in `OTEL_RESOURCE_ATTRIBUTES`. */
export const ATTR_SERVICE_VERSION = 'service.version';
/** Name of the function. */
export const ATTR_FAAS_NAME = 'faas.name';
/** Version of the function as the platform numbers it. Absent where the platform tells none. */
export const ATTR_FAAS_VERSION = 'faas.version';
/** The platform's own name of the sandbox; on Lambda the log stream. Absent where the platform tells none. */
export const ATTR_FAAS_INSTANCE = 'faas.instance';
/**
 * Memory limit of the function as it is configured. Absent where the platform tells none.
 * @unit By
 */
export const ATTR_FAAS_MAX_MEMORY = 'faas.max_memory';
/** Who runs the platform, as in `aws`. Absent outside a known cloud. */
export const ATTR_CLOUD_PROVIDER = 'cloud.provider';
/** Which platform it is, as in `aws_lambda`. Absent outside a known one. */
export const ATTR_CLOUD_PLATFORM = 'cloud.platform';
/** Region of the cloud. Absent where the platform tells none. */
export const ATTR_CLOUD_REGION = 'cloud.region';
/** Account the function belongs to; on Lambda from the invoked ARN. Absent elsewhere. */
export const ATTR_CLOUD_ACCOUNT_ID = 'cloud.account.id';
/** On Lambda the ARN with the version that really ran in place of an alias. Absent elsewhere. */
export const ATTR_CLOUD_RESOURCE_ID = 'cloud.resource_id';
/** The ARN exactly as it was invoked. Absent outside Lambda. */
export const ATTR_AWS_LAMBDA_INVOKED_ARN = 'aws.lambda.invoked_arn';
/** The sandbox's hostname: of a pod its name, on a microVM often the same everywhere. */
export const ATTR_HOST_NAME = 'host.name';
/** `amd64`, `arm64`, or what Node calls it. */
export const ATTR_HOST_ARCH = 'host.arch';
/**
 * Addresses of the sandbox's interfaces without loopback. Evidence, never an id. Absent when there are none.
 * @unit string array
 */
export const ATTR_HOST_IP = 'host.ip';
/**
 * Hardware addresses of the sandbox's interfaces. Evidence, never an id. Absent when there are none.
 * @unit string array
 */
export const ATTR_HOST_MAC = 'host.mac';
/** CPU maker as the CPU says it; on ARM the implementer's code. Absent when /proc/cpuinfo does not tell. */
export const ATTR_HOST_CPU_VENDOR_ID = 'host.cpu.vendor.id';
/** CPU family; on ARM the architecture. Absent when /proc/cpuinfo does not tell. */
export const ATTR_HOST_CPU_FAMILY = 'host.cpu.family';
/** CPU model number; on ARM the part's code. Absent when /proc/cpuinfo does not tell. */
export const ATTR_HOST_CPU_MODEL_ID = 'host.cpu.model.id';
/** CPU model as people call it; on ARM the name of the core. Absent when it is not known. */
export const ATTR_HOST_CPU_MODEL_NAME = 'host.cpu.model.name';
/** Stepping; on ARM variant and revision, as in `r3p1`. Absent when /proc/cpuinfo does not tell. */
export const ATTR_HOST_CPU_STEPPING = 'host.cpu.stepping';
/** `linux`, `darwin`, `windows`. */
export const ATTR_OS_TYPE = 'os.type';
/** Release of the kernel, as uname(2) gives it. */
export const ATTR_OS_VERSION = 'os.version';
/** Process id in the sandbox's own pid namespace. */
export const ATTR_PROCESS_PID = 'process.pid';
/** `nodejs`. */
export const ATTR_PROCESS_RUNTIME_NAME = 'process.runtime.name';
/** Version of Node. */
export const ATTR_PROCESS_RUNTIME_VERSION = 'process.runtime.version';
/** Container id, 64 hex digits. Absent outside a container, and where a namespace hides it. */
export const ATTR_CONTAINER_ID = 'container.id';
/** Name of the pod, from the downward API (`K8S_POD_NAME`). Absent when not declared. */
export const ATTR_K8S_POD_NAME = 'k8s.pod.name';
/** Uid of the pod, from the downward API (`K8S_POD_UID`). Absent when not declared. */
export const ATTR_K8S_POD_UID = 'k8s.pod.uid';
/** Name of the node, from the downward API (`K8S_NODE_NAME`). Absent when not declared. */
export const ATTR_K8S_NODE_NAME = 'k8s.node.name';
/** Namespace of the pod, from the downward API (`K8S_NAMESPACE_NAME`). Absent when not declared. */
export const ATTR_K8S_NAMESPACE_NAME = 'k8s.namespace.name';
/** Adapter that wrapped the function where it is not Lambda's, such as `google-cloud` or `fission`. */
export const ATTR_PLATFORM = 'sandscope.platform';
/** `sandscope`. */
export const ATTR_TELEMETRY_DISTRO_NAME = 'telemetry.distro.name';
/** Version of Sandscope in the function. */
export const ATTR_TELEMETRY_DISTRO_VERSION = 'telemetry.distro.version';
/** `nodejs`. */
export const ATTR_TELEMETRY_SDK_LANGUAGE = 'telemetry.sdk.language';

// Start of an invocation.
/** True when a user waited for this sandbox to come into being (first invocation of the process, not pre-initialised). */
export const ATTR_FAAS_COLDSTART = 'faas.coldstart';
/** `datasource`, `http`, `pubsub`, `timer` or `other`. */
export const ATTR_FAAS_TRIGGER = 'faas.trigger';
/** The platform's id of this invocation. Absent where it gives none. */
export const ATTR_FAAS_INVOCATION_ID = 'faas.invocation_id';
/** `on_demand`, `provisioned`, `proactive`, `restored`, `reinit` or `managed`. */
export const ATTR_INIT_TYPE = 'sandscope.init.type';
/** Process start to the end of initialisation, ms. On the first invocation of a process only. */
export const ATTR_INIT_DURATION_MS = 'sandscope.init.duration_ms';
/** Process start to the load of this module, ms. */
export const ATTR_INIT_RUNTIME_MS = 'sandscope.init.runtime_ms';
/** Load of this module to the wrap of the handler, ms. */
export const ATTR_INIT_MODULE_MS = 'sandscope.init.module_ms';
/** Time the kernel or a generic runtime was up before this function was loaded. Absent on a shared kernel. */
export const ATTR_INIT_POOL_DWELL_MS = 'sandscope.init.pool_dwell_ms';

// Sandbox.
/** 128 bits minted at the first invocation, 32 hex digits. */
export const ATTR_SANDBOX_ID = 'sandscope.sandbox.id';
/** Drawn before a snapshot was taken: the same in all sandboxes restored from it, 32 hex digits. Absent without snapshots. */
export const ATTR_SANDBOX_CLONE_GROUP = 'sandscope.sandbox.clone_group';
/** 1 for the first invocation of this process; consecutive, so that a lost span shows as a gap. */
export const ATTR_SANDBOX_ORDINAL = 'sandscope.sandbox.ordinal';
/** Process start to the start of this invocation, ms of CLOCK_BOOTTIME or the wall clock. */
export const ATTR_SANDBOX_AGE_MS = 'sandscope.sandbox.age_ms';
/** End of the previous invocation to the start of this one, ms. Absent on the first. */
export const ATTR_SANDBOX_IDLE_MS = 'sandscope.sandbox.idle_ms';
/** Part of the idle time in which the process was seen not to run. Absent on the first invocation. */
export const ATTR_SANDBOX_FREEZE_MS = 'sandscope.sandbox.freeze_ms';
/** Invocations in flight in this process at the start, this one included. */
export const ATTR_SANDBOX_CONCURRENT = 'sandscope.sandbox.concurrent';
/** Field 22 of /proc/self/stat, clock ticks since boot: tells processes of one sandbox apart. */
export const ATTR_PROCESS_START_TICKS = 'sandscope.process.start_ticks';

// Kernel and host evidence.
/** Random UUID the kernel made when it booted. Clones of a snapshot share it. Absent when unreadable. */
export const ATTR_KERNEL_BOOT_ID = 'sandscope.kernel.boot_id';
/** When the kernel booted: CLOCK_REALTIME − CLOCK_BOOTTIME, ms since the epoch, unrounded. Absent off Linux. */
export const ATTR_KERNEL_BOOT_TIME_UNIX_MS = 'sandscope.kernel.boot_time_unix_ms';
/** `shared`, `microvm`, `gvisor` or `unknown`. */
export const ATTR_KERNEL_ISOLATION = 'sandscope.kernel.isolation';
/**
 * The host as the operator (`SANDSCOPE_HOST_ID`) or the Kubernetes downward API names it. Absent when not
 * declared.
 */
export const ATTR_HOST_DECLARED_ID = 'sandscope.host.declared_id';
/** Address of the host as the operator declares it (`SANDSCOPE_HOST_IP`). Absent when not declared. */
export const ATTR_HOST_DECLARED_IP = 'sandscope.host.declared_ip';
/** Hash of the CPU tuple and MemTotal: a hardware class, not a host. Absent when /proc tells neither. */
export const ATTR_HOST_FINGERPRINT = 'sandscope.host.fingerprint';

// CPU over the invocation.
/**
 * CPU time this process, all its threads, spent in its own code during the invocation. Absent when the system does
 * not count.
 */
export const ATTR_CPU_USER_MS = 'sandscope.cpu.user_ms';
/** CPU time the kernel spent for this process during the invocation. Absent when the system does not count. */
export const ATTR_CPU_SYSTEM_MS = 'sandscope.cpu.system_ms';
/**
 * CPU time in user mode on the whole machine over the same window, all CPUs added up; grain 10 ms. Absent on
 * gVisor and off Linux.
 */
export const ATTR_MACHINE_CPU_USER_MS = 'sandscope.machine.cpu.user_ms';
/**
 * CPU time in the kernel and in interrupts on the whole machine, all CPUs added up; grain 10 ms. Absent on gVisor
 * and off Linux.
 */
export const ATTR_MACHINE_CPU_SYSTEM_MS = 'sandscope.machine.cpu.system_ms';
/**
 * Time CPUs of the machine were idle with a disk operation under way, added up; grain 10 ms. Absent on gVisor, off
 * Linux, and when the counter went backwards.
 */
export const ATTR_MACHINE_CPU_IOWAIT_MS = 'sandscope.machine.cpu.iowait_ms';
/**
 * Time the machine wanted a CPU that the hypervisor gave to others, all CPUs added up; grain 10 ms. Absent on
 * gVisor and off Linux.
 */
export const ATTR_MACHINE_CPU_STEAL_MS = 'sandscope.machine.cpu.steal_ms';
/** Time CPUs of the machine had nothing to do, added up; grain 10 ms. Absent on gVisor and off Linux. */
export const ATTR_MACHINE_CPU_IDLE_MS = 'sandscope.machine.cpu.idle_ms';
/**
 * Time the cgroup stood still because its CPU quota was used up. Absent without a CPU cgroup and in the root
 * cgroup of version 2.
 */
export const ATTR_CGROUP_THROTTLED_MS = 'sandscope.cgroup.throttled_ms';
/** CPU quota of the cgroup in CPUs: 0.5 is half a core. Absent when unlimited. */
export const ATTR_CGROUP_QUOTA_RATIO = 'sandscope.cgroup.quota_ratio';
/** True when other invocations of the same process overlapped this one: what the process did is then absent. */
export const ATTR_WINDOW_SHARED = 'sandscope.window.shared';

// Memory.
/** Memory of this process in RAM at the end of the invocation. Absent without /proc. */
export const ATTR_MEMORY_RSS_BYTES = 'sandscope.memory.rss_bytes';
/** Highest RSS of this process so far. Absent where the kernel does not keep it. */
export const ATTR_MEMORY_PEAK_RSS_BYTES = 'sandscope.memory.peak_rss_bytes';
/** Memory of the machine (on a microVM: of the sandbox). Absent without /proc. */
export const ATTR_MEMORY_TOTAL_BYTES = 'sandscope.memory.total_bytes';
/** Memory of the machine that could be had without swapping. Absent without /proc. */
export const ATTR_MEMORY_AVAILABLE_BYTES = 'sandscope.memory.available_bytes';
/**
 * Page faults of this process that needed a disk. Absent where the kernel does not count.
 * @unit {fault}
 */
export const ATTR_FAULTS_MAJOR = 'sandscope.faults.major';
/**
 * Page faults of this process that needed no disk. Absent where the kernel does not count.
 * @unit {fault}
 */
export const ATTR_FAULTS_MINOR = 'sandscope.faults.minor';
/**
 * Times a thread of this process gave its CPU up to wait. Absent where the kernel does not count.
 * @unit {switch}
 */
export const ATTR_CONTEXT_SWITCHES_VOLUNTARY = 'sandscope.context_switches.voluntary';
/**
 * Times a thread of this process was put aside for another. Absent where the kernel does not count.
 * @unit {switch}
 */
export const ATTR_CONTEXT_SWITCHES_INVOLUNTARY = 'sandscope.context_switches.involuntary';

// I/O over the invocation.
/**
 * Bytes this process made the storage layer read; what the page cache had is not counted. Absent without task I/O
 * accounting.
 */
export const ATTR_IO_READ_BYTES = 'sandscope.io.read_bytes';
/** Bytes this process made the storage layer write. Absent without task I/O accounting. */
export const ATTR_IO_WRITE_BYTES = 'sandscope.io.write_bytes';
/** Bytes received by all interfaces of the network namespace but loopback. Absent when there is no other. */
export const ATTR_NETWORK_RX_BYTES = 'sandscope.network.rx_bytes';
/** Bytes sent by all interfaces of the network namespace but loopback. Absent when there is no other. */
export const ATTR_NETWORK_TX_BYTES = 'sandscope.network.tx_bytes';
/**
 * Outgoing HTTP requests of the process (`node:http`, `fetch`) that were answered or failed within the invocation,
 * Sandscope's own left out.
 * @unit {request}
 */
export const ATTR_IO_HTTP_COUNT = 'sandscope.io.http_count';
/** Time from a request to the head of its response or to its failure; requests side by side add up. */
export const ATTR_IO_HTTP_MS = 'sandscope.io.http_ms';
/**
 * Name lookups of the process (`dns.lookup`, `dns.resolve…`) that succeeded within the invocation, Sandscope's own left
 * out. Absent where one may have begun before it could be seen: with the first HTTPS request of a Node before 24 that
 * loaded `node:https` in the handler.
 * @unit {lookup}
 */
export const ATTR_IO_DNS_COUNT = 'sandscope.io.dns_count';
/** Time of those name lookups; lookups side by side add up. Absent with the count. */
export const ATTR_IO_DNS_MS = 'sandscope.io.dns_ms';
/**
 * TCP connections of the process that were established within the invocation, Sandscope's own left out. Absent where
 * Node has no performance entries.
 * @unit {connection}
 */
export const ATTR_IO_CONNECT_COUNT = 'sandscope.io.connect_count';
/**
 * Time from the first packet to an established TCP connection, name lookup and TLS not included; connections side
 * by side add up. Absent with the count.
 */
export const ATTR_IO_CONNECT_MS = 'sandscope.io.connect_ms';
/**
 * Asynchronous file operations of the process (open, read, write, stat, close: each counts) that ended within the
 * invocation; synchronous ones are not seen. Absent unless `SANDSCOPE_FS_TIMING` is 1: watching them costs something.
 * @unit {operation}
 */
export const ATTR_IO_FS_COUNT = 'sandscope.io.fs_count';
/**
 * Time from the call of a file operation to the moment its result is taken up; operations side by side add up.
 * Absent with the count.
 */
export const ATTR_IO_FS_MS = 'sandscope.io.fs_ms';

// Read after the response: levels and totals at that moment, not over the invocation.
/**
 * Time since boot in which some task of the machine waited for a CPU (PSI `some`, total). Absent without pressure
 * stall information, and where it was told less than a second before.
 */
export const ATTR_MACHINE_PRESSURE_CPU_MS = 'sandscope.machine.pressure.cpu_ms';
/**
 * Share of the last 10 s in which some task of the machine waited for a CPU, 0 to 1. Absent without pressure stall
 * information, and where it was told less than a second before.
 */
export const ATTR_MACHINE_PRESSURE_CPU_RATIO = 'sandscope.machine.pressure.cpu_ratio';
/** As the machine's, for this cgroup alone: its quota counts as waiting too. Absent with cgroups of version 1. */
export const ATTR_CGROUP_PRESSURE_CPU_MS = 'sandscope.cgroup.pressure.cpu_ms';
/** As the machine's, for this cgroup alone. Absent with cgroups of version 1. */
export const ATTR_CGROUP_PRESSURE_CPU_RATIO = 'sandscope.cgroup.pressure.cpu_ratio';
/** Memory the cgroup uses, page cache included. Absent without a memory cgroup, and where it was told less than a second before. */
export const ATTR_CGROUP_MEMORY_USED_BYTES = 'sandscope.cgroup.memory.used_bytes';
/** In use on the file system of the temp directory, by anybody. Absent when statfs(2) does not tell, and where it was told less than a second before. */
export const ATTR_TMP_USED_BYTES = 'sandscope.tmp.used_bytes';
/** What may still be written to the temp directory. Absent when statfs(2) does not tell, and where it was told less than a second before. */
export const ATTR_TMP_AVAILABLE_BYTES = 'sandscope.tmp.available_bytes';

// Machine and network, once a sandbox, on the resource. Evidence, never an id.
/**
 * What was seen of the kind of kernel and sandbox, as in `hypervisor.flag`, `gvisor.release`. Absent when nothing
 * was.
 * @unit string array
 */
export const ATTR_KERNEL_EVIDENCE = 'sandscope.kernel.evidence';
/** Whether the CPU says that it is a virtual one. Absent where CPUs do not tell (ARM). */
export const ATTR_MACHINE_VIRTUAL = 'sandscope.machine.virtual';
/** `kvm`, `xen`, `hyperv`, `vmware`, `virtualbox` or `bhyve`. Absent when nothing names it. */
export const ATTR_MACHINE_HYPERVISOR = 'sandscope.machine.hypervisor';
/** System vendor in the DMI tables. Absent without them, as on Firecracker and ARM without ACPI. */
export const ATTR_MACHINE_VENDOR = 'sandscope.machine.vendor';
/** Product in the DMI tables; on many clouds the machine type. Absent without them. */
export const ATTR_MACHINE_PRODUCT = 'sandscope.machine.product';
/** The kernel's clock source, as in `kvm-clock`. Absent when /sys does not tell. */
export const ATTR_MACHINE_CLOCK_SOURCE = 'sandscope.machine.clock_source';
/** IPv4 gateway of the default route. Absent without one. */
export const ATTR_NETWORK_GATEWAY = 'sandscope.network.gateway';
/** Interface of the default route. Absent without one. */
export const ATTR_NETWORK_INTERFACE = 'sandscope.network.interface';
/**
 * Tightest memory limit of the cgroup and the parents that can be seen. Absent when unlimited or not readable.
 */
export const ATTR_CGROUP_MEMORY_LIMIT_BYTES = 'sandscope.cgroup.memory.limit_bytes';
/** Size of the file system of the temp directory. Absent when statfs(2) does not tell. */
export const ATTR_TMP_TOTAL_BYTES = 'sandscope.tmp.total_bytes';
/** Kind of that file system, as in `tmpfs`. Absent for kinds that are not known. */
export const ATTR_TMP_FILESYSTEM = 'sandscope.tmp.filesystem';

// Active probes: spans of their own under the invocation after which they ran. Off unless `SANDSCOPE_PROBES` names them.
/** Whether the probe did all it was to do; false when its time was up before. */
export const ATTR_PROBE_COMPLETED = 'sandscope.probe.completed';
/** Size of the file that was to be written and read back. */
export const ATTR_PROBE_DISK_BYTES = 'sandscope.probe.disk.bytes';
/** Time to write them into the page cache. Absent when the time was up before. */
export const ATTR_PROBE_DISK_WRITE_MS = 'sandscope.probe.disk.write_ms';
/** Time to bring what was written to the device (fdatasync). Absent when the time was up before. */
export const ATTR_PROBE_DISK_SYNC_MS = 'sandscope.probe.disk.sync_ms';
/** Time to read them back: from the page cache, as a rule. Absent when the time was up before. */
export const ATTR_PROBE_DISK_READ_MS = 'sandscope.probe.disk.read_ms';
/** Median time of a 4 KiB write. Absent when the time was up before. */
export const ATTR_PROBE_DISK_SMALL_WRITE_MS = 'sandscope.probe.disk.small_write_ms';
/** Median time of a 4 KiB write that is brought to the device at once. Absent when the time was up before. */
export const ATTR_PROBE_DISK_SMALL_SYNC_WRITE_MS = 'sandscope.probe.disk.small_sync_write_ms';
/** Address the probe connected to. */
export const ATTR_SERVER_ADDRESS = 'server.address';
/** Port the probe connected to. */
export const ATTR_SERVER_PORT = 'server.port';
/** Time of the name lookup. Absent when the endpoint is an address. */
export const ATTR_PROBE_NETWORK_DNS_MS = 'sandscope.probe.network.dns_ms';
/** Time from the first packet to an established TCP connection. Absent when there was none. */
export const ATTR_PROBE_NETWORK_CONNECT_MS = 'sandscope.probe.network.connect_ms';
/** Time of the TLS handshake. Absent without TLS. */
export const ATTR_PROBE_NETWORK_TLS_MS = 'sandscope.probe.network.tls_ms';
/** Time from the request to the head of its response. Absent when nothing was asked for. */
export const ATTR_PROBE_NETWORK_FIRST_BYTE_MS = 'sandscope.probe.network.first_byte_ms';
/** Time from the head of the response to its end, or to the bound on its bytes. Absent when there was no body. */
export const ATTR_PROBE_NETWORK_TRANSFER_MS = 'sandscope.probe.network.transfer_ms';
/** Bytes of the response's body that were read. */
export const ATTR_PROBE_NETWORK_TRANSFER_BYTES = 'sandscope.probe.network.transfer_bytes';
/**
 * Rounds of a fixed integer and floating-point workload per ms of this process's CPU time: the speed of the core.
 * @unit {round}/ms
 */
export const ATTR_PROBE_CPU_SCORE = 'sandscope.probe.cpu.score';
/** CPU time the probe used. */
export const ATTR_PROBE_CPU_USED_MS = 'sandscope.probe.cpu.used_ms';
/**
 * CPU time per wall time while the probe worked, 0 to 1: less than 1 where a quota or others took the core away.
 */
export const ATTR_PROBE_CPU_SHARE_RATIO = 'sandscope.probe.cpu.share_ratio';

// Slow inventory: one span a sandbox, only with `SANDSCOPE_INVENTORY=1` and the package `systeminformation`.
/** Maker of the machine. Absent when not told. */
export const ATTR_INVENTORY_MANUFACTURER = 'sandscope.inventory.manufacturer';
/** Model of the machine. Absent when not told. */
export const ATTR_INVENTORY_MODEL = 'sandscope.inventory.model';
/** Hypervisor by its vendor's name. Absent when not told. */
export const ATTR_INVENTORY_VIRTUAL_HOST = 'sandscope.inventory.virtual_host';
/** CPU by its brand. Absent when not told. */
export const ATTR_INVENTORY_CPU_BRAND = 'sandscope.inventory.cpu_brand';
/**
 * Physical cores the machine shows. Absent when not told.
 * @unit {core}
 */
export const ATTR_INVENTORY_CPU_CORES = 'sandscope.inventory.cpu_cores';
/**
 * Nominal clock. Absent when not told.
 * @unit GHz
 */
export const ATTR_INVENTORY_CPU_GIGAHERTZ = 'sandscope.inventory.cpu_gigahertz';
/** Second-level cache. Absent when not told. */
export const ATTR_INVENTORY_L2_CACHE_BYTES = 'sandscope.inventory.l2_cache_bytes';
/** Third-level cache. Absent when not told. */
export const ATTR_INVENTORY_L3_CACHE_BYTES = 'sandscope.inventory.l3_cache_bytes';

// The instrument itself.
/** What Sandscope cost before the response, µs. */
export const ATTR_OVERHEAD_US = 'sandscope.overhead_us';
/** Duration of the export before this invocation. Absent before the first. */
export const ATTR_EXPORT_MS = 'sandscope.export_ms';
/**
 * Spans this process dropped so far because its bounded buffer was full.
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
/** Stack of the error, on the `exception` event. Absent when it has none. */
export const ATTR_EXCEPTION_STACKTRACE = 'exception.stacktrace';
/**
 * Why the process ended, on the shutdown span: the signal's name in lower case; `exit` when it ended while a handler
 * still ran; `lost` when it was killed and the next
 * process of the same sandbox tells of it.
 */
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

// What only adapters of other platforms know, standard names.
/** Request method of an invocation by HTTP, in upper case. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method';
/** Status of the response of an invocation by HTTP; absent when the connection was closed before there was one. */
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
/** Route template the framework matched, such as `/users/:id`; absent where there is no router. */
export const ATTR_HTTP_ROUTE = 'http.route';
/** Path of the request without its query. */
export const ATTR_URL_PATH = 'url.path';
/** `http` or `https`, as the client used it where a proxy says so. */
export const ATTR_URL_SCHEME = 'url.scheme';
/** `id` of the CloudEvent that set the function off. */
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
/** Id of the transaction an OpenWhisk activation belongs to. */
export const ATTR_OPENWHISK_TRANSACTION_ID = 'sandscope.openwhisk.transaction_id';
