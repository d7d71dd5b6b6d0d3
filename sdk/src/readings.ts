import {
  findCgroupCpu,
  machineCpuSource,
  machineMemorySource,
  networkSource,
  processIoSource,
  processMemorySource,
  readCpuQuotaRatio,
  readProcessUsage,
  throttledSource,
} from '@sandscope/probes/inside';
import type {
  MachineCpu,
  MachineMemory,
  NetworkBytes,
  ProcessIo,
  ProcessMemory,
  ProcessUsage,
} from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import type { Attributes } from './span.ts';

/** Counters at one moment; what could not be read is absent. */
export interface Reading {
  readonly usage: ProcessUsage | undefined;
  readonly machine: MachineCpu | undefined;
  readonly io: ProcessIo | undefined;
  readonly network: NetworkBytes | undefined;
  readonly throttledMs: number | undefined;
}

/** Levels at one moment. */
export interface Levels {
  readonly process: ProcessMemory | undefined;
  readonly machine: MachineMemory | undefined;
}

/** The sources of one process, opened at the first reading and kept open. */
export class Readings {
  readonly #machine = machineCpuSource();
  readonly #io = processIoSource();
  readonly #network = networkSource();
  readonly #processMemory = processMemorySource();
  readonly #machineMemory = machineMemorySource();
  readonly #cgroup = findCgroupCpu();
  readonly #throttled = this.#cgroup && throttledSource(this.#cgroup);
  #quotaRatio: number | undefined;
  #quotaRead = false;

  /** All counters, the process's own last: what the others cost is not the handler's. */
  before(): Reading {
    const machine = this.#machine.read();
    const network = this.#network.read();
    const throttledMs = this.#throttled?.read();
    const io = this.#io.read();
    return { machine, network, throttledMs, io, usage: readProcessUsage() };
  }

  /** All counters, the process's own first. */
  after(): Reading {
    const usage = readProcessUsage();
    const io = this.#io.read();
    const throttledMs = this.#throttled?.read();
    const network = this.#network.read();
    return { usage, io, throttledMs, network, machine: this.#machine.read() };
  }

  /** Memory now. */
  levels(): Levels {
    return { process: this.#processMemory.read(), machine: this.#machineMemory.read() };
  }

  /** CPU quota of the cgroup in CPUs, read once; undefined when there is none. */
  quotaRatio(): number | undefined {
    if (!this.#quotaRead && this.#cgroup !== undefined) this.#quotaRatio = readCpuQuotaRatio(this.#cgroup);
    this.#quotaRead = true;
    return this.#quotaRatio;
  }
}

/** What happened between two readings, as attributes; a counter that is missing on either side is absent. */
export function windowAttributes(before: Reading, after: Reading): Attributes {
  const { usage: u0, machine: m0, io: i0, network: n0 } = before;
  const { usage: u1, machine: m1, io: i1, network: n1 } = after;
  return {
    [semconv.ATTR_CPU_USER_MS]: delta(u0?.userMicros, u1?.userMicros, 1e3),
    [semconv.ATTR_CPU_SYSTEM_MS]: delta(u0?.systemMicros, u1?.systemMicros, 1e3),
    [semconv.ATTR_FAULTS_MAJOR]: delta(u0?.majorFaults, u1?.majorFaults),
    [semconv.ATTR_FAULTS_MINOR]: delta(u0?.minorFaults, u1?.minorFaults),
    [semconv.ATTR_CONTEXT_SWITCHES_VOLUNTARY]: delta(u0?.voluntarySwitches, u1?.voluntarySwitches),
    [semconv.ATTR_CONTEXT_SWITCHES_INVOLUNTARY]: delta(u0?.involuntarySwitches, u1?.involuntarySwitches),
    [semconv.ATTR_MACHINE_CPU_USER_MS]: delta(m0?.userMs, m1?.userMs),
    [semconv.ATTR_MACHINE_CPU_SYSTEM_MS]: delta(m0?.systemMs, m1?.systemMs),
    [semconv.ATTR_MACHINE_CPU_IOWAIT_MS]: delta(m0?.iowaitMs, m1?.iowaitMs),
    [semconv.ATTR_MACHINE_CPU_STEAL_MS]: delta(m0?.stealMs, m1?.stealMs),
    [semconv.ATTR_MACHINE_CPU_IDLE_MS]: delta(m0?.idleMs, m1?.idleMs),
    [semconv.ATTR_CGROUP_THROTTLED_MS]: delta(before.throttledMs, after.throttledMs),
    [semconv.ATTR_IO_READ_BYTES]: delta(i0?.readBytes, i1?.readBytes),
    [semconv.ATTR_IO_WRITE_BYTES]: delta(i0?.writeBytes, i1?.writeBytes),
    [semconv.ATTR_NETWORK_RX_BYTES]: delta(n0?.rxBytes, n1?.rxBytes),
    [semconv.ATTR_NETWORK_TX_BYTES]: delta(n0?.txBytes, n1?.txBytes),
  };
}

/** Memory levels as attributes. */
export function levelAttributes({ process, machine }: Levels): Attributes {
  return {
    [semconv.ATTR_MEMORY_RSS_BYTES]: process?.rssBytes,
    [semconv.ATTR_MEMORY_PEAK_RSS_BYTES]: process?.peakRssBytes,
    [semconv.ATTR_MEMORY_TOTAL_BYTES]: machine?.totalBytes,
    [semconv.ATTR_MEMORY_AVAILABLE_BYTES]: machine?.availableBytes,
  };
}

/** Undefined for a counter that went backwards, as iowait may and an interface that came up anew does. */
function delta(before: number | undefined, after: number | undefined, divisor = 1): number | undefined {
  if (before === undefined || after === undefined || after < before) return undefined;
  return (after - before) / divisor;
}
