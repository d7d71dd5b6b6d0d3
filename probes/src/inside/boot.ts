import { readEmulatedFiles } from './emulated-files.ts';
import { TICK_MS } from './machine-cpu.ts';
import { coarseRealtimeMs, monotonicMs } from './clocks.ts';
import { ProcSource } from './proc-source.ts';
import { readStartTicks } from './process-stat.ts';
import { noteFailure, Once } from './transient.ts';
import { realtimeMs } from './wall-clock.ts';

// /proc/uptime counts in hundredths of a second, rounded down.
const UPTIME_GRAIN_MS = 10;
// Date.now() is truncated to whole ms, so the distance between two clocks may appear to change by up to 1 ms.
const STEP_MS = 2;
// An uptime with a smaller error is as good as the right one.
const SLACK_MS = 1000;

/** The three clocks, ms. Injected in tests. */
export interface BootClockSources {
  /** CLOCK_MONOTONIC, fractional. */
  readonly monotonicMs: () => number;
  /** Time since boot, suspended time included, in steps of 10 ms, rounded down. Undefined if it is not available. */
  readonly uptimeMs: () => number | undefined;
  /** CLOCK_REALTIME, ms since the epoch. */
  readonly realtimeMs: () => number;
  /** The same truncated to whole ms, if that is cheaper; default `realtimeMs`. */
  readonly coarseRealtimeMs?: () => number;
}

/** First field of /proc/uptime, ms; undefined if it is not a number. */
export function parseUptimeMs(text: string): number | undefined {
  const seconds = /^\d+\.\d+(?= )/.exec(text)?.[0];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/**
 * Whether an uptime can be the kernel's. A process cannot be older than its kernel on clocks that count from the same
 * moment: the start time of a process comes from the kernel itself, while /proc/uptime may be emulated for a container.
 *
 * @param startTicks start of this process, clock ticks after boot; undefined if unknown
 * @param ageMs minimum time that this process has been running, ms
 */
export function isKernelUptime(uptimeMs: number, startTicks: number | undefined, ageMs: number): boolean {
  return startTicks === undefined || uptimeMs > startTicks * TICK_MS + ageMs - SLACK_MS;
}

/** The clocks of this machine. */
function systemSources(): BootClockSources {
  const uptime = new ProcSource('/proc/uptime', parseUptimeMs);
  const emulated = new Once(() => readEmulatedFiles().has('uptime'));
  const started = new Once(() => readStartTicks());
  return {
    monotonicMs,
    uptimeMs: () => {
      const uptimeMs = emulated.get() ? undefined : uptime.read();
      const isKernels =
        uptimeMs !== undefined && isKernelUptime(uptimeMs, started.get(), process.uptime() * 1e3);
      return isKernels ? uptimeMs : undefined;
    },
    realtimeMs,
    coarseRealtimeMs,
  };
}

/**
 * CLOCK_BOOTTIME with a finer resolution than Node offers. /proc/uptime is truncated to 10 ms. But CLOCK_BOOTTIME is
 * CLOCK_MONOTONIC plus the time that the machine was suspended, and this difference is constant between suspensions. So
 * a reading of uptime (about 3 µs) only checks whether the difference still holds, and the fine digits come from
 * CLOCK_MONOTONIC.
 *
 * While the difference is 0, even that reading is skipped as long as CLOCK_REALTIME keeps its distance from
 * CLOCK_MONOTONIC: a suspension changes the distance (setting the clock does so too; uptime is then read and decides).
 *
 * Without suspension and time namespace, the difference is 0 and the result is exact; otherwise it is late by less than
 * 10 ms and improves with every reading.
 */
export class BootClock {
  readonly #sources: BootClockSources;
  readonly #coarseMs: () => number;
  #offsetMs: number | undefined;
  /** CLOCK_REALTIME − CLOCK_MONOTONIC at the last reading of uptime. */
  #distanceMs = 0;

  constructor(sources: BootClockSources = systemSources()) {
    this.#sources = sources;
    this.#coarseMs = sources.coarseRealtimeMs ?? sources.realtimeMs;
  }

  /** Time since boot, ms, suspended time included; undefined if the system does not report it. Never throws. */
  nowMs(): number | undefined {
    return this.#read();
  }

  /**
   * When the kernel booted: CLOCK_REALTIME − CLOCK_BOOTTIME, ms since the epoch, unrounded, from the tightest of
   * `attempts` (3) readings. It changes when the wall clock is set. Undefined if the system does not report it.
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
        best = { widthMs, bootTimeMs: (before + after) / 2 - reading };
      }
    }
    return best?.bootTimeMs;
  }

  #read(): number | undefined {
    try {
      const before = this.#sources.monotonicMs();
      const distanceMs = this.#coarseMs() - before;
      if (this.#offsetMs === 0 && Math.abs(distanceMs - this.#distanceMs) < STEP_MS) return before;
      const uptimeMs = this.#sources.uptimeMs();
      const monotonicMs = (before + this.#sources.monotonicMs()) / 2;
      if (uptimeMs === undefined || !(uptimeMs > 0)) return undefined;
      this.#distanceMs = distanceMs;
      this.#offsetMs = nextOffset(this.#offsetMs, uptimeMs - monotonicMs);
      return monotonicMs + this.#offsetMs;
    } catch (error) {
      noteFailure(error);
      return undefined;
    }
  }
}

/**
 * The difference to use after measuring `measured`, which is too small by up to one 10 ms step. A larger measurement is
 * therefore better, unless it differs by more than a step: the machine was then suspended.
 */
function nextOffset(kept: number | undefined, measured: number): number {
  if (Math.abs(measured + UPTIME_GRAIN_MS / 2) <= UPTIME_GRAIN_MS / 2 + 0.5) return 0;
  if (kept === undefined || Math.abs(measured - kept) > 2 * UPTIME_GRAIN_MS) return measured;
  return Math.max(kept, measured);
}
