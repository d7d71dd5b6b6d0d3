import { attempt, exists, ProcFile } from '@sandscope/probes/inside';
import type { LoopWatch } from './loop-watch.ts';
import { guarded } from '../fence/report.ts';

/** Counters as the kernel wrote them, not parsed yet. */
export interface RawReading {
  /** Whether the counters of the machine and of the network were to be read, too. */
  readonly full: boolean;
  /** Absent where getrusage(2) is forbidden. */
  readonly usage: NodeJS.ResourceUsage | undefined;
  readonly bytes: Buffer | undefined;
  /** Lengths in `bytes`, -1 for what could not be had. */
  readonly machine: number;
  readonly network: number;
  readonly throttled: number;
  /** The file that `throttled` was read from. */
  readonly throttledFile: ProcFile | undefined;
  readonly io: number;
  /** The network's table where it does not fit. */
  readonly networkText: string | undefined;
}

/** Where each source has its place in `RawReading.bytes`. */
export const PLACES = { network: 0, machine: 4096, throttled: 4352, io: 4864 } as const;
const ALL_BYTES = 5120;
// Buffers kept for later; more are in use only while more invocations run side by side.
const SPARE = 8;
// By version 2 and 1.
const USUAL = ['/sys/fs/cgroup/cpu.stat', '/sys/fs/cgroup/cpu/cpu.stat'];

/**
 * What is read when an invocation begins: the counters of the machine, the network and the process, about 25 µs. Files
 * are opened at their first reading and kept open; nothing is parsed before the response.
 */
export class Captures {
  readonly machine = new ProcFile('/proc/stat');
  readonly network = new ProcFile('/proc/net/dev', true);
  readonly io = new ProcFile('/proc/self/io');
  /**
   * Where the throttled time is read. At first where a container's own cgroup usually is: to find out for certain takes
   * 1 ms the first time and is left to `Readings`, which replaces it where that is wrong.
   */
  throttled = usualThrottled();
  /** Whether the throttled time has to be read at the start of a window, too. */
  throttles = true;
  /** Whether block I/O can only be had from its file. */
  readsIo = false;
  /** Measures the event loop's delay; absent before the first response. */
  loop: LoopWatch | undefined;
  readonly #spare: Buffer[] = [];

  /**
   * The counters that the start of a window needs, the process's own last: what the others cost is not the handler's.
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

  /** Gives the buffer of a reading back that was parsed. */
  recycle({ bytes }: RawReading): void {
    if (bytes !== undefined && this.#spare.length < SPARE) this.#spare.push(bytes);
  }
}

/** getrusage(2); undefined where it is forbidden. Never throws. */
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
