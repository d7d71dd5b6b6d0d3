import { statSync } from 'node:fs';
import {
  findCgroupCpu,
  machineCpuSource,
  machineMemorySource,
  networkSource,
  Once,
  processIoSource,
  processMemorySource,
  ProcFile,
  readEmulatedFiles,
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
  ProcSource,
} from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { PLACES, resourceUsage } from './captures.ts';
import type { Captures, RawReading } from './captures.ts';
import type { Attributes } from '../otlp/span.ts';

/** Counters at one moment; unreadable ones are absent. */
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

/** Counters at both ends of a window. */
export interface Window {
  readonly before: Reading;
  readonly after: Reading;
}

// ru_inblock and ru_oublock of getrusage(2) are read_bytes and write_bytes of /proc/self/io in units of 512 bytes.
const BLOCK_BYTES = 512;
// Each thread's value is rounded down separately.
const ROUNDING_BYTES = BLOCK_BYTES * 64;

/**
 * Parses what `Captures` recorded, and takes the readings that can wait until after the response: right after it was
 * passed on, the end counters of the machine and the network, and the levels. Their window includes the runtime's work
 * to send the response, but not the export. The process's own window ends with getrusage(2), called at the end itself
 * (about 1 µs), which provides CPU, faults, switches and block I/O.
 */
export class Readings {
  readonly #captures: Captures;
  readonly #machine;
  readonly #io;
  readonly #network;
  #throttled: ProcSource<number> | undefined;
  readonly #processMemory = processMemorySource();
  readonly #machineMemory = machineMemorySource();
  /** Files of /proc that describe a container as if it were the machine. */
  readonly #emulated = new Once(() => readEmulatedFiles());
  readonly #cgroup = new Once(() => findCgroupCpu());
  readonly #quotaRatio = new Once(() => {
    const files = this.#cgroup.get();
    return files && readCpuQuotaRatio(files);
  });
  #cgroupSettled = false;
  /** Throttled time after the latest window. */
  #lastThrottledMs: number | undefined;
  /** Source of block I/O, known after the first invocation. */
  #ioFrom: 'unknown' | 'usage' | 'file' | 'nowhere' = 'unknown';

  constructor(captures: Captures) {
    this.#captures = captures;
    this.#machine = machineCpuSource(captures.machine);
    this.#io = processIoSource(captures.io);
    this.#network = networkSource(captures.network);
  }

  /**
   * Both ends of a window, computed after the response.
   *
   * @param usage `process.resourceUsage()` at the end
   * @param next start of the next window, if it began before this could be called: it ends this one
   */
  window(start: RawReading, usage: NodeJS.ResourceUsage | undefined, next?: RawReading): Window {
    this.#settleIo();
    this.#settleCgroup();
    const lastThrottledMs = this.#lastThrottledMs;
    const before = this.#parse(start, start.usage);
    this.#captures.recycle(start);
    const after = next === undefined ? this.#now(usage, start.full) : this.#parse(next, usage);
    const throttledMs = after.throttledMs ?? this.#throttled?.read();
    this.#lastThrottledMs = throttledMs;
    // If it was not read at the start, it may still be known that it has not changed since before.
    const still = start.throttled < 0 && throttledMs === lastThrottledMs;
    if (start.throttled < 0 && !still) this.#captures.throttles = true;
    return {
      before: still ? { ...before, throttledMs: lastThrottledMs } : before,
      after: { ...after, throttledMs },
    };
  }

  /** Memory now. */
  levels(): Levels {
    return {
      process: this.#processMemory.read(),
      machine: this.#emulated.get().has('meminfo') ? undefined : this.#machineMemory.read(),
    };
  }

  /** CPU quota of the cgroup in CPUs, read once; undefined if there is none. */
  quotaRatio(): number | undefined {
    if (!this.#quotaRatio.settled) {
      const ratio = this.#quotaRatio.get();
      // Without a limit nothing is throttled; that the time does not change is then checked only after the response.
      if (this.#quotaRatio.settled) this.#captures.throttles = ratio !== undefined;
    }
    return this.#quotaRatio.get();
  }

  #now(usage: NodeJS.ResourceUsage | undefined, full: boolean): Reading {
    return {
      machine: full ? this.#ofTheMachine(() => this.#machine.read()) : undefined,
      network: full ? this.#network.read() : undefined,
      throttledMs: this.#throttled?.read(),
      io: this.#blockIo(usage, () => this.#io.read()),
      usage: usage && readProcessUsage(usage),
    };
  }

  #parse(raw: RawReading, usage: NodeJS.ResourceUsage | undefined): Reading {
    const { bytes, networkText } = raw;
    return {
      machine:
        bytes && this.#ofTheMachine(() => this.#machine.parseCaptured(bytes, PLACES.machine, raw.machine)),
      network:
        networkText === undefined
          ? bytes && this.#network.parseCaptured(bytes, PLACES.network, raw.network)
          : this.#network.parse(networkText),
      throttledMs:
        bytes && raw.throttledFile === this.#captures.throttled
          ? this.#throttled?.parseCaptured(bytes, PLACES.throttled, raw.throttled)
          : undefined,
      io: this.#blockIo(usage, () => bytes && this.#io.parseCaptured(bytes, PLACES.io, raw.io)),
      usage: usage && readProcessUsage(usage),
    };
  }

  #ofTheMachine(read: () => MachineCpu | undefined): MachineCpu | undefined {
    return this.#emulated.get().has('stat') ? undefined : read();
  }

  #blockIo(
    usage: NodeJS.ResourceUsage | undefined,
    fromFile: () => ProcessIo | undefined,
  ): ProcessIo | undefined {
    if (this.#ioFrom === 'file') return fromFile();
    if (this.#ioFrom !== 'usage' || usage === undefined) return undefined;
    return { readBytes: usage.fsRead * BLOCK_BYTES, writeBytes: usage.fsWrite * BLOCK_BYTES };
  }

  /** Finds the source of the throttled time; earlier readings from another file do not count. */
  #settleCgroup(): void {
    if (this.#cgroupSettled) return;
    const path = this.#cgroup.get()?.statPath;
    if (!this.#cgroup.settled) return;
    this.#cgroupSettled = true;
    const captures = this.#captures;
    if (path === undefined || !isSameFile(path, captures.throttled?.path)) {
      captures.throttled?.close();
      captures.throttled = path === undefined ? undefined : new ProcFile(path);
    }
    this.#throttled = captures.throttled && throttledSource(captures.throttled);
  }

  /** Uses getrusage(2) if it agrees with /proc/self/io: gVisor and other systems do not fill it as Linux does. */
  #settleIo(): void {
    if (this.#ioFrom !== 'unknown') return;
    const io = this.#io.read();
    const usage = resourceUsage();
    const agree = (bytes: number, blocks: number): boolean =>
      Math.abs(bytes - blocks * BLOCK_BYTES) < ROUNDING_BYTES;
    if (io !== undefined) {
      const same = usage && agree(io.readBytes, usage.fsRead) && agree(io.writeBytes, usage.fsWrite);
      this.#ioFrom = same ? 'usage' : 'file';
    } else if (this.#captures.io.gone || this.#io.failure === 'ERR_PROC_FORMAT') {
      this.#ioFrom = 'nowhere';
    }
    if (this.#ioFrom === 'usage') this.#io.close();
    this.#captures.readsIo = this.#ioFrom === 'file';
  }
}

/** The difference between two readings, as attributes; a counter that is missing on either side is absent. */
export function windowAttributes(before: Partial<Reading> = {}, after: Partial<Reading> = {}): Attributes {
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
export function levelAttributes({ process, machine }: Partial<Levels> = {}): Attributes {
  return {
    [semconv.ATTR_MEMORY_RSS_BYTES]: process?.rssBytes,
    [semconv.ATTR_MEMORY_PEAK_RSS_BYTES]: process?.peakRssBytes,
    [semconv.ATTR_MEMORY_TOTAL_BYTES]: machine?.totalBytes,
    [semconv.ATTR_MEMORY_AVAILABLE_BYTES]: machine?.availableBytes,
  };
}

/** `cpu` is a link to `cpu,cpuacct` nearly everywhere. */
function isSameFile(path: string, other: string | undefined): boolean {
  if (path === other || other === undefined) return path === other;
  try {
    const [one, two] = [statSync(path), statSync(other)];
    return one.dev === two.dev && one.ino === two.ino;
  } catch {
    return false;
  }
}

/** Undefined for a counter that decreased, as iowait may, and as the counters of a restarted interface do. */
function delta(before: number | undefined, after: number | undefined, divisor = 1): number | undefined {
  if (before === undefined || after === undefined || after < before) return undefined;
  return (after - before) / divisor;
}
