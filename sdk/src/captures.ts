import { findCgroupCpu, ProcFile } from '@sandscope/probes/inside';
import type { CgroupCpuFiles } from '@sandscope/probes/inside';

/** Counters as the kernel wrote them, not parsed yet. */
export interface RawReading {
  readonly usage: NodeJS.ResourceUsage;
  readonly bytes: Buffer;
  /** Lengths in `bytes`, -1 for what could not be had. */
  readonly machine: number;
  readonly network: number;
  readonly throttled: number;
  readonly io: number;
  /** The network's table where it does not fit. */
  readonly networkText: string | undefined;
}

/** Where each source has its place in `RawReading.bytes`. */
export const PLACES = { network: 0, machine: 4096, throttled: 4352, io: 4864 } as const;
const ALL_BYTES = 5120;
// Buffers kept for later; more are in use only while more invocations run side by side.
const SPARE = 8;

/**
 * What is read when an invocation begins: the counters of the machine, the network and the process, about 25 µs. Files
 * are opened at their first reading and kept open; nothing is parsed before the response.
 */
export class Captures {
  readonly machine = new ProcFile('/proc/stat');
  readonly network = new ProcFile('/proc/net/dev', true);
  readonly io = new ProcFile('/proc/self/io');
  readonly cgroup: CgroupCpuFiles | undefined = findCgroupCpu();
  readonly throttled = this.cgroup && new ProcFile(this.cgroup.statPath);
  /** Whether the throttled time has to be read at the start of a window, too. */
  throttles = true;
  /** Whether block I/O can only be had from its file. */
  readsIo = false;
  readonly #spare: Buffer[] = [];

  /** The counters that the start of a window needs, the process's own last: what the others cost is not the handler's. */
  take(): RawReading {
    const bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(ALL_BYTES);
    const machine = this.machine.capture(bytes, PLACES.machine, PLACES.throttled - PLACES.machine);
    const network = this.network.capture(bytes, PLACES.network, PLACES.machine);
    return {
      bytes,
      machine,
      network,
      networkText: network < 0 ? textOf(this.network) : undefined,
      throttled: this.throttles
        ? (this.throttled?.capture(bytes, PLACES.throttled, PLACES.io - PLACES.throttled) ?? -1)
        : -1,
      io: this.readsIo ? this.io.capture(bytes, PLACES.io, ALL_BYTES - PLACES.io) : -1,
      usage: process.resourceUsage(),
    };
  }

  /** Gives the buffer of a reading back that was parsed. */
  recycle({ bytes }: RawReading): void {
    if (this.#spare.length < SPARE) this.#spare.push(bytes);
  }
}

function textOf(file: ProcFile): string | undefined {
  try {
    return file.gone ? undefined : file.text();
  } catch {
    return undefined;
  }
}
