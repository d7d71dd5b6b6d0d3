import { realtimeMs } from '@sandscope/probes/inside';
import { processAgeMs } from './clock.ts';

/** A moment on both clocks: durations come from `monotonicNanos`, so that setting the wall clock does not bend them. */
export interface Moment {
  readonly monotonicNanos: bigint;
  readonly unixNano: bigint;
}

// Two readings of clocks that are cut to 1 ms and to nothing.
const TOLERANCE_MS = 2;

/** This moment. The first call loads Node's `performance` (1 ms): not before a response. */
export function now(): Moment {
  const monotonicNanos = process.hrtime.bigint();
  return { monotonicNanos, unixNano: BigInt(Math.round(realtimeMs() * 1e3)) * 1000n };
}

/** The moment `monotonicNanos` was, told from `reference`. */
export function momentAt(reference: Moment, monotonicNanos: bigint): Moment {
  return { monotonicNanos, unixNano: reference.unixNano + monotonicNanos - reference.monotonicNanos };
}

/**
 * The moment `monotonicNanos` was, told afterwards.
 *
 * @param unixMs what `Date.now()` said at that moment; it decides when the wall clock was set since
 */
export function pastMoment(monotonicNanos: bigint, unixMs: number): Moment {
  const told = momentAt(now(), monotonicNanos);
  if (Math.abs(Number(told.unixNano / 1000n) / 1e3 - unixMs) <= TOLERANCE_MS) return told;
  return { monotonicNanos, unixNano: BigInt(unixMs) * 1_000_000n + 500_000n };
}

/** Start of this process on the monotonic clock. */
export function processStartNanos(): bigint {
  return process.hrtime.bigint() - BigInt(Math.round(processAgeMs() * 1e6));
}
