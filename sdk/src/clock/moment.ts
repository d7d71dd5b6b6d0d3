import { realtimeMs } from '@sandscope/probes/inside';
import { monotonicNanos, processAgeMs, wallMs } from './clock.ts';
import { guarded } from '../fence/report.ts';

/** A moment on both clocks: durations come from `monotonicNanos`, so that setting the wall clock does not bend them. */
export interface Moment {
  readonly monotonicNanos: bigint;
  readonly unixNano: bigint;
}

// Two readings of clocks that are cut to 1 ms and to nothing.
const TOLERANCE_MS = 2;

/** This moment. The first call loads Node's `performance` (1 ms): not before a response. */
export function now(): Moment {
  const nanos = monotonicNanos();
  const unixMs = guarded('the wall clock', realtimeMs);
  const told = typeof unixMs === 'number' && Number.isFinite(unixMs) ? unixMs : wallMs();
  return { monotonicNanos: nanos, unixNano: BigInt(Math.round(told * 1e3)) * 1000n };
}

/** The moment `nanos` of the monotonic clock was, told from `reference`. */
export function momentAt(reference: Moment, nanos: bigint): Moment {
  return { monotonicNanos: nanos, unixNano: reference.unixNano + nanos - reference.monotonicNanos };
}

/**
 * The moment `nanos` of the monotonic clock was, told afterwards.
 *
 * @param unixMs what the wall clock said at that moment, in whole ms; it decides when the wall clock was set since
 */
export function pastMoment(nanos: bigint, unixMs: number): Moment {
  const told = momentAt(now(), nanos);
  if (Math.abs(Number(told.unixNano / 1000n) / 1e3 - unixMs) <= TOLERANCE_MS) return told;
  return { monotonicNanos: nanos, unixNano: BigInt(unixMs) * 1_000_000n + 500_000n };
}

/** Start of this process on the monotonic clock; undefined where Node does not tell. */
export function processStartNanos(): bigint | undefined {
  const nanos = monotonicNanos();
  const ageMs = processAgeMs();
  return Number.isFinite(ageMs) ? nanos - BigInt(Math.round(ageMs * 1e6)) : undefined;
}
