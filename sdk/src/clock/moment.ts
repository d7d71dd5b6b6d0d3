import { realtimeMs } from '@sandscope/probes/inside';
import { monotonicNanos, processAgeMs, wallMs } from './clock.ts';
import { guarded } from '../fence/report.ts';

/** A moment on both clocks: durations come from `monotonicNanos`, so that setting the wall clock does not bend them. */
export interface Moment {
  readonly monotonicNanos: bigint;
  readonly unixNano: bigint;
}

/** A recorded moment: on the monotonic clock, and the value of `Date.now()`. */
export interface Tick {
  readonly nanos: bigint;
  readonly unixMs: number;
}

// The error of two clock readings: one clock is truncated to 1 ms, the other is not truncated.
const TOLERANCE_MS = 2;

/** The current moment. The first call loads Node's `performance` (1 ms), so do not call it before a response. */
export function now(): Moment {
  const nanos = monotonicNanos();
  const unixMs = guarded('the wall clock', realtimeMs);
  const nowUnixMs = typeof unixMs === 'number' && Number.isFinite(unixMs) ? unixMs : wallMs();
  return { monotonicNanos: nanos, unixNano: BigInt(Math.round(nowUnixMs * 1e3)) * 1000n };
}

/** The moment at which the monotonic clock read `nanos`, computed from `reference`. */
export function momentAt(reference: Moment, nanos: bigint): Moment {
  return { monotonicNanos: nanos, unixNano: reference.unixNano + nanos - reference.monotonicNanos };
}

/**
 * The moment at which the monotonic clock read `nanos`, computed afterwards.
 *
 * @param unixMs the wall clock at that moment, in whole ms; used if the wall clock has been set since
 */
export function pastMoment(nanos: bigint, unixMs: number): Moment {
  const computed = momentAt(now(), nanos);
  if (Math.abs(Number(computed.unixNano / 1000n) / 1e3 - unixMs) <= TOLERANCE_MS) return computed;
  return { monotonicNanos: nanos, unixNano: BigInt(unixMs) * 1_000_000n + 500_000n };
}

/** Start of this process on the monotonic clock; undefined if Node does not report it. */
export function processStartNanos(): bigint | undefined {
  const nanos = monotonicNanos();
  const ageMs = processAgeMs();
  return Number.isFinite(ageMs) ? nanos - BigInt(Math.round(ageMs * 1e6)) : undefined;
}
