import { readCoveredFiles } from './covered.ts';
import { TICK_MS } from './machine-cpu.ts';
import { ProcSource } from './proc-source.ts';
import { readStartTicks } from './process-stat.ts';
import { noteFailure, Once } from './transient.ts';
import { realtimeMs } from './wall-clock.ts';

// /proc/uptime counts in hundredths of a second, rounded down.
const UPTIME_GRAIN_MS = 10;
// Date.now() is cut to whole ms, so the distance of two clocks seems to change by up to one.
const STEP_MS = 2;
// An uptime that is wrong by less is as good as the right one.
const SLACK_MS = 1000;

/** The three clocks, ms. Injected in tests. */
export interface BootClockSources {
  /** CLOCK_MONOTONIC, fractional. */
  readonly monotonicMs: () => number;
  /** Time since the kernel booted, suspended time included, grain 10 ms, rounded down. Undefined where there is none. */
  readonly uptimeMs: () => number | undefined;
  /** CLOCK_REALTIME, ms since the epoch. */
  readonly realtimeMs: () => number;
  /** The same cut to whole ms, if that is cheaper; default `realtimeMs`. */
  readonly coarseRealtimeMs?: () => number;
}

/** First field of /proc/uptime, ms; undefined when it is not a number. */
export function parseUptimeMs(text: string): number | undefined {
  const seconds = /^\d+\.\d+(?= )/.exec(text)?.[0];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/**
 * Whether an uptime can be that of the kernel. A process is no older than its kernel, by clocks that count from the same
 * moment: the time of its start is the kernel's own, while /proc/uptime may be made up for a container.
 *
 * @param startTicks start of this process, clock ticks after boot; undefined says nothing
 * @param ageMs time this process has run for at least, ms
 */
export function isKernelUptime(uptimeMs: number, startTicks: number | undefined, ageMs: number): boolean {
  return startTicks === undefined || uptimeMs > startTicks * TICK_MS + ageMs - SLACK_MS;
}

/** The clocks of this machine. */
function systemSources(): BootClockSources {
  const uptime = new ProcSource('/proc/uptime', parseUptimeMs);
  const covered = new Once(() => readCoveredFiles().has('uptime'));
  const started = new Once(() => readStartTicks());
  return {
    monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
    uptimeMs: () => {
      const uptimeMs = covered.get() ? undefined : uptime.read();
      const isKernels =
        uptimeMs !== undefined && isKernelUptime(uptimeMs, started.get(), process.uptime() * 1e3);
      return isKernels ? uptimeMs : undefined;
    },
    realtimeMs,
    coarseRealtimeMs: () => Date.now(),
  };
}

/**
 * CLOCK_BOOTTIME finer than Node offers it. /proc/uptime is cut to 10 ms; but CLOCK_BOOTTIME is CLOCK_MONOTONIC plus the
 * time the machine was suspended, and that difference is constant between suspensions. So a reading of uptime (about
 * 3 µs) only checks whether the difference still holds, and the fine digits come from CLOCK_MONOTONIC.
 *
 * While the difference is 0 even that reading is left out as long as CLOCK_REALTIME keeps its distance from
 * CLOCK_MONOTONIC: a suspension moves it (as setting the clock does; then uptime is read and decides).
 *
 * With no suspension and no time namespace the difference is 0 and the result is exact; otherwise it is late by less
 * than 10 ms and gets better with every reading.
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

  /** Time since boot, ms, suspended time included; undefined where the system does not tell. Never throws. */
  nowMs(): number | undefined {
    return this.#read();
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
 * The difference to go on with after measuring `measured`, which is too small by up to one grain. Larger ones are
 * therefore better ones, until they leave the grain: then the machine was suspended.
 */
function nextOffset(kept: number | undefined, measured: number): number {
  if (Math.abs(measured + UPTIME_GRAIN_MS / 2) <= UPTIME_GRAIN_MS / 2 + 0.5) return 0;
  if (kept === undefined || Math.abs(measured - kept) > 2 * UPTIME_GRAIN_MS) return measured;
  return Math.max(kept, measured);
}
