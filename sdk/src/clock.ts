import { BootClock, realtimeMs } from '@sandscope/probes/inside';

/** A moment on both clocks: durations come from `monotonicNanos`, so that setting the wall clock does not bend them. */
export interface Moment {
  readonly monotonicNanos: bigint;
  readonly unixNano: bigint;
}

/** This moment. */
export function now(): Moment {
  const monotonicNanos = process.hrtime.bigint();
  return { monotonicNanos, unixNano: BigInt(Math.round(realtimeMs() * 1e3)) * 1000n };
}

/** The moment `monotonicNanos` was, told from `reference`. */
export function momentAt(reference: Moment, monotonicNanos: bigint): Moment {
  return { monotonicNanos, unixNano: reference.unixNano + monotonicNanos - reference.monotonicNanos };
}

/** Start of this process on the monotonic clock, as Node tells it (a few ms after exec). */
export function processStartNanos(): bigint {
  return process.hrtime.bigint() - BigInt(Math.round(performance.now() * 1e6));
}

/** The one boot clock of this process: it gets better the more often it is read. */
export const bootClock = new BootClock();

/** When this module was loaded, ms after process start. */
export const LOADED_AT_MS = performance.now();
