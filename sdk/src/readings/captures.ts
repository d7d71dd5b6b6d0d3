import { attempt, exists, ProcFile } from '@sandscope/probes/inside';
import type { LoopWatch } from './loop-watch.ts';
import { guarded } from '../fence/report.ts';

/** Counters as the kernel wrote them, not yet parsed. */
export interface RawReading {
  /** Whether the counters of the machine and of the network were to be read too. */
  readonly full: boolean;
  /** Absent if getrusage(2) is forbidden. */
  readonly usage: NodeJS.ResourceUsage | undefined;
  readonly bytes: Buffer | undefined;
  /** Lengths in `bytes`, -1 for unreadable sources. */
  readonly machine: number;
  readonly network: number;
  readonly throttled: number;
  /** The file that `throttled` was read from. */
  readonly throttledFile: ProcFile | undefined;
  readonly io: number;
  /** The network's table, if it does not fit. */
  readonly networkText: string | undefined;
}

/** The place of each source in `RawReading.bytes`. */
export const PLACES = { network: 0, machine: 4096, throttled: 4352, io: 4864 } as const;
const ALL_BYTES = 5120;
// Number of buffers kept for reuse; more are in use only while more invocations run concurrently.
const SPARE = 8;
// For cgroup versions 2 and 1.
const USUAL = ['/sys/fs/cgroup/cpu.stat', '/sys/fs/cgroup/cpu/cpu.stat'];

/**
 * Readings at the beginning of an invocation: the counters of the machine, the network and the process, about 25 µs.
 * Files are opened at their first reading and kept open; nothing is parsed before the response.
 */
export class Captures {
  readonly machine = new ProcFile('/proc/stat');
  readonly network = new ProcFile('/proc/net/dev', true);
  readonly io = new ProcFile('/proc/self/io');
  /**
   * The file that the throttled time is read from. At first it is the usual place of a container's own cgroup: finding
   * the right one takes 1 ms the first time and is left to `Readings`, which replaces the file if it is wrong.
   */
  throttled = usualThrottled();
  /** Whether the throttled time must be read at the start of a window too. */
  throttles = true;
  /** Whether block I/O is only available from its file. */
  readsIo = false;
  /** Measures the event loop's delay; absent before the first response. */
  loop: LoopWatch | undefined;
  readonly #spare: Buffer[] = [];

  /**
   * The counters needed at the start of a window. The process's own come last, so that the cost of the other readings
   * is not counted as the handler's.
   *
   * @param full false leaves out the counters of the machine and the network
   */
  take(full: boolean): RawReading {
    const bytes =
      this.#spare.pop() ?? guarded('a buffer for counters', () => Buffer.allocUnsafeSlow(ALL_BYTES));
    const capture = (file: ProcFile | undefined, wanted: boolean, place: number, end: number): number =>
      wanted && file && bytes ? file.capture(bytes, place, end - place) : -1;
    const network = capture(this.network, full, PLACES.network, PLACES.machine);
    return {
      full,
      bytes,
      machine: capture(this.machine, full, PLACES.machine, PLACES.throttled),
      network,
      networkText: full && network < 0 ? textOf(this.network) : undefined,
      throttled: capture(this.throttled, this.throttles, PLACES.throttled, PLACES.io),
      throttledFile: this.throttled,
      io: capture(this.io, this.readsIo, PLACES.io, ALL_BYTES),
      usage: resourceUsage(),
    };
  }

  /** Returns the buffer of a parsed reading for reuse. */
  recycle({ bytes }: RawReading): void {
    if (bytes !== undefined && this.#spare.length < SPARE) this.#spare.push(bytes);
  }
}

/** getrusage(2); undefined if it is forbidden. Never throws. */
export function resourceUsage(): NodeJS.ResourceUsage | undefined {
  return attempt(() => process.resourceUsage());
}

function usualThrottled(): ProcFile | undefined {
  const path = USUAL.find(exists);
  return path === undefined ? undefined : new ProcFile(path);
}

function textOf(file: ProcFile): string | undefined {
  try {
    return file.gone ? undefined : file.text();
  } catch {
    return undefined;
  }
}
