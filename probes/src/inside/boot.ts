import { readFileSync } from 'node:fs';
import { platform, uptime } from 'node:os';
import { realtimeMs } from './wall-clock.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// /proc/uptime counts in hundredths of a second, rounded down.
const UPTIME_GRAIN_MS = 10;

/** The kernel's boot id (random(4)), lower-case UUID; undefined when absent or malformed. */
export function readBootId(path = '/proc/sys/kernel/random/boot_id'): string | undefined {
  try {
    const text = readFileSync(path, 'latin1').trim().toLowerCase();
    return UUID.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The three clocks, ms. Injected in tests. */
export interface BootClockSources {
  /** CLOCK_MONOTONIC, fractional. */
  readonly monotonicMs: () => number;
  /** Time since boot, suspended time included, grain 10 ms, rounded down. Undefined where there is none. */
  readonly uptimeMs: () => number | undefined;
  /** CLOCK_REALTIME, ms since the epoch. */
  readonly realtimeMs: () => number;
}

const systemSources: BootClockSources = {
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  uptimeMs: () => (platform() === 'linux' ? uptime() * 1000 : undefined),
  realtimeMs,
};

/**
 * CLOCK_BOOTTIME finer than Node offers it. `os.uptime()` is /proc/uptime, cut to 10 ms; but CLOCK_BOOTTIME is
 * CLOCK_MONOTONIC plus the time the machine was suspended, and that difference is constant between suspensions. So one
 * reading of uptime (about 5 µs) only checks whether the difference still holds, and the fine digits come from
 * CLOCK_MONOTONIC.
 *
 * With no suspension and no time namespace the difference is 0 and the result is exact; otherwise it is late by less
 * than 10 ms and gets better with every reading.
 */
export class BootClock {
  readonly #sources: BootClockSources;
  #offsetMs: number | undefined;

  constructor(sources: BootClockSources = systemSources) {
    this.#sources = sources;
  }

  /** Time since boot, ms, suspended time included; undefined where the system does not tell. Never throws. */
  nowMs(): number | undefined {
    return this.#read()?.bootMs;
  }

  /**
   * When the kernel booted: CLOCK_REALTIME − CLOCK_BOOTTIME, ms since the epoch, unrounded, from the tightest of
   * `attempts` (3) readings. It moves when the wall clock is set. Undefined where the system does not tell.
   */
  bootTimeUnixMs(attempts = 3): number | undefined {
    let best: { widthMs: number; bootTimeMs: number } | undefined;
    for (let i = 0; i < attempts; i += 1) {
      const before = this.#sources.realtimeMs();
      const reading = this.#read();
      const after = this.#sources.realtimeMs();
      if (reading === undefined) return undefined;
      const widthMs = after - before;
      if (widthMs >= 0 && (best === undefined || widthMs < best.widthMs)) {
        best = { widthMs, bootTimeMs: (before + after) / 2 - reading.bootMs };
      }
    }
    return best?.bootTimeMs;
  }

  #read(): { bootMs: number } | undefined {
    try {
      const before = this.#sources.monotonicMs();
      const uptimeMs = this.#sources.uptimeMs();
      const monotonicMs = (before + this.#sources.monotonicMs()) / 2;
      if (uptimeMs === undefined || !(uptimeMs > 0)) return undefined;
      this.#offsetMs = nextOffset(this.#offsetMs, uptimeMs - monotonicMs);
      return { bootMs: monotonicMs + this.#offsetMs };
    } catch {
      return undefined;
    }
  }
}

/**
 * The difference to go on with after measuring `measured`, which is too small by up to one grain. Larger ones are
 * therefore better ones, until they leave the grain: then the machine was suspended.
 */
function nextOffset(kept: number | undefined, measured: number): number {
  if (Math.abs(measured + UPTIME_GRAIN_MS / 2) <= UPTIME_GRAIN_MS / 2 + 0.5) return 0;
  if (kept === undefined || Math.abs(measured - kept) > 2 * UPTIME_GRAIN_MS) return measured;
  return Math.max(kept, measured);
}
