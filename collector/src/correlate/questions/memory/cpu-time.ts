import { quotaMs, wallTime } from './quota-law.ts';
import type { QuotaLaw } from './quota-law.ts';

/** Durations of calls of one kind at one memory size, ms. */
export interface Durations {
  readonly memoryMb: number;
  readonly meanMs: number;
  readonly p05Ms: number;
  readonly p50Ms: number;
  /** Median of those that ended within {@link FIRST_PERIOD} of a period; absent if fewer than one in twenty did. */
  readonly firstPeriodP50Ms?: number | undefined;
}

/** CPU time of a call, ms. */
export interface CpuTime {
  readonly valueMs: number;
  /** On a flat step of the staircase, durations are equal for all values between. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly from: 'whole-cpu' | 'first-period' | 'stair';
}

/** A call that ended before this share of a period never waited for quota. */
export const FIRST_PERIOD = 0.95;

/**
 * CPU time of purely computing calls, from their duration at one memory size, if CPU time was not measured. With a
 * whole CPU it is their median. Otherwise it is the median of those that never waited; failing that, the quota
 * staircase inverted at the mean.
 *
 * @returns undefined if the number of CPUs for the size is unknown
 */
export function cpuTimeOf(law: QuotaLaw, durations: Durations): CpuTime | undefined {
  const { memoryMb, meanMs, p05Ms, p50Ms, firstPeriodP50Ms } = durations;
  const quota = quotaMs(law, memoryMb);
  if (quota === undefined) return undefined;
  const exactly = (wallMs: number, from: CpuTime['from']): CpuTime => {
    const valueMs = Math.max(law.spreadMs, wallMs - law.overheadMs);
    return { valueMs, lowMs: valueMs, highMs: valueMs, from };
  };
  if (quota >= law.periodMs) return exactly(p50Ms, 'whole-cpu');
  if (firstPeriodP50Ms !== undefined && p05Ms < FIRST_PERIOD * law.periodMs)
    return exactly(firstPeriodP50Ms, 'first-period');
  return invert(law, quota, memoryMb, meanMs);
}

/** Within this relative distance of a duration, a flat step of the curve counts as a fit. */
const TREAD = 0.01;

function invert(law: QuotaLaw, quota: number, memoryMb: number, meanMs: number): CpuTime {
  const wallAt = (cpuMs: number): number => wallTime(law, cpuMs, memoryMb)?.valueMs ?? cpuMs;
  // The staircase never falls: bisects for the ends of the range that fits the mean.
  const boundary = (wallMs: number): number => {
    let low = law.spreadMs;
    let high = (meanMs / law.periodMs + 2) * quota;
    for (let step = 0; step < 60; step += 1) {
      const middle = (low + high) / 2;
      if (wallAt(middle) < wallMs) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  const lowMs = boundary(meanMs * (1 - TREAD));
  const highMs = boundary(meanMs * (1 + TREAD));
  return { valueMs: (lowMs + highMs) / 2, lowMs, highMs, from: 'stair' };
}
