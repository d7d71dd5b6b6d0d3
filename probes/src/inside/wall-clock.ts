import { coarseRealtimeMs } from './clocks.ts';

// Date.now() is truncated to whole ms; another half is for the time between the two readings.
const TOLERANCE_MS = 1.5;
// Not read at import: `performance` is loaded at its first use, which takes 1 ms.
let originMs: number | undefined;

/**
 * CLOCK_REALTIME, ms since the epoch, with fractions: the microseconds come from the monotonic clock, which is
 * realigned whenever it no longer agrees with `Date.now()` (the wall clock was set, or the machine was suspended).
 */
export function realtimeMs(): number {
  originMs ??= performance.timeOrigin;
  const fineMs = originMs + performance.now();
  const coarseMs = coarseRealtimeMs();
  if (!Number.isFinite(coarseMs)) return fineMs;
  if (fineMs > coarseMs - TOLERANCE_MS && fineMs < coarseMs + 1 + TOLERANCE_MS) return fineMs;
  originMs += coarseMs + 0.5 - fineMs;
  return coarseMs + 0.5;
}
