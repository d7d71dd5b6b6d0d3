import {
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
import { PLACES } from './captures.ts';
import type { Captures, RawReading } from './captures.ts';
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

/** Counters at the two ends of a window. */
export interface Window {
  readonly before: Reading;
  readonly after: Reading;
}

// ru_inblock and ru_oublock of getrusage(2) are read_bytes and write_bytes of /proc/self/io in units of 512 bytes.
const BLOCK_BYTES = 512;
// Each thread is rounded down on its own.
const ROUNDING_BYTES = BLOCK_BYTES * 64;

/**
 * Understands what `Captures` took down, and reads what can wait until after the response: right after it was handed over
 * the machine's and the network's counters of the end, and the levels. Their window is longer by what the runtime does to
 * send the response, not by the export. The end of the process's own window is getrusage(2), taken at the end itself
 * (about 1 µs), which tells CPU, faults, switches and block I/O.
 */
export class Readings {
  readonly #captures: Captures;
  readonly #machine;
  readonly #io;
  readonly #network;
  readonly #throttled;
  readonly #processMemory = processMemorySource();
  readonly #machineMemory = machineMemorySource();
  #quotaRatio: number | undefined;
  #quotaRead = false;
  /** Throttled time after the latest window. */
  #lastThrottledMs: number | undefined;
  /** Where block I/O is read: known after the first invocation. */
  #ioFrom: 'unknown' | 'usage' | 'file' | 'nowhere' = 'unknown';

  constructor(captures: Captures) {
    this.#captures = captures;
    this.#machine = machineCpuSource(captures.machine);
    this.#io = processIoSource(captures.io);
    this.#network = networkSource(captures.network);
    this.#throttled = captures.throttled && throttledSource(captures.throttled);
  }

  /**
   * The two ends of a window, after the response.
   *
   * @param usage `process.resourceUsage()` at the end
   * @param next start of the next window when that began before this could be called: it ends this one
   */
  window(start: RawReading, usage: NodeJS.ResourceUsage, next?: RawReading): Window {
    this.#settleIo();
    const lastThrottledMs = this.#lastThrottledMs;
    const before = this.#parse(start, start.usage);
    this.#captures.recycle(start);
    const after = next === undefined ? this.#now(usage) : this.#parse(next, usage);
    const throttledMs = after.throttledMs ?? this.#throttled?.read();
    this.#lastThrottledMs = throttledMs;
    // Where it was not read at the start it may still be known not to have moved since before.
    const still = start.throttled < 0 && throttledMs === lastThrottledMs;
    if (start.throttled < 0 && !still) this.#captures.throttles = true;
    return {
      before: still ? { ...before, throttledMs: lastThrottledMs } : before,
      after: { ...after, throttledMs },
    };
  }

  /** Memory now. */
  levels(): Levels {
    return { process: this.#processMemory.read(), machine: this.#machineMemory.read() };
  }

  /** CPU quota of the cgroup in CPUs, read once; undefined when there is none. */
  quotaRatio(): number | undefined {
    if (!this.#quotaRead) {
      this.#quotaRead = true;
      const { cgroup } = this.#captures;
      this.#quotaRatio = cgroup && readCpuQuotaRatio(cgroup);
      // Without a limit nothing throttles: that the time stands still is then checked after the response only.
      this.#captures.throttles = this.#quotaRatio !== undefined;
    }
    return this.#quotaRatio;
  }

  #now(usage: NodeJS.ResourceUsage): Reading {
    return {
      machine: this.#machine.read(),
      network: this.#network.read(),
      throttledMs: this.#throttled?.read(),
      io: this.#blockIo(usage, () => this.#io.read()),
      usage: readProcessUsage(usage),
    };
  }

  #parse(raw: RawReading, usage: NodeJS.ResourceUsage): Reading {
    const { bytes, networkText } = raw;
    return {
      machine: this.#machine.parseCaptured(bytes, PLACES.machine, raw.machine),
      network:
        networkText === undefined
          ? this.#network.parseCaptured(bytes, PLACES.network, raw.network)
          : this.#network.parse(networkText),
      throttledMs: this.#throttled?.parseCaptured(bytes, PLACES.throttled, raw.throttled),
      io: this.#blockIo(usage, () => this.#io.parseCaptured(bytes, PLACES.io, raw.io)),
      usage: readProcessUsage(usage),
    };
  }

  #blockIo(usage: NodeJS.ResourceUsage, fromFile: () => ProcessIo | undefined): ProcessIo | undefined {
    if (this.#ioFrom === 'file') return fromFile();
    if (this.#ioFrom !== 'usage') return undefined;
    return { readBytes: usage.fsRead * BLOCK_BYTES, writeBytes: usage.fsWrite * BLOCK_BYTES };
  }

  /** getrusage(2) is taken where it agrees with /proc/self/io: gVisor and other systems do not fill it like Linux. */
  #settleIo(): void {
    if (this.#ioFrom !== 'unknown') return;
    const io = this.#io.read();
    const { fsRead, fsWrite } = process.resourceUsage();
    const agree = (bytes: number, blocks: number): boolean =>
      Math.abs(bytes - blocks * BLOCK_BYTES) < ROUNDING_BYTES;
    if (io === undefined) this.#ioFrom = 'nowhere';
    else this.#ioFrom = agree(io.readBytes, fsRead) && agree(io.writeBytes, fsWrite) ? 'usage' : 'file';
    if (this.#ioFrom === 'usage') this.#io.close();
    this.#captures.readsIo = this.#ioFrom === 'file';
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
