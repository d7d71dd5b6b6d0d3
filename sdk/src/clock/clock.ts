import { reportFailure } from '../fence/report.ts';

/**
 * CLOCK_MONOTONIC, ns. Where the system's clock cannot be read, the wall clock takes its place: durations are then whole
 * milliseconds and jump when the wall clock is set.
 */
export function monotonicNanos(): bigint {
  try {
    const nanos: unknown = process.hrtime.bigint();
    if (typeof nanos === 'bigint') return nanos;
    reportFailure('the monotonic clock', new Error(`it says ${typeof nanos}`));
  } catch (error) {
    reportFailure('the monotonic clock', error);
  }
  return BigInt(wallMs()) * 1_000_000n;
}

/**
 * `Date.now()`, in whole ms. Where a program put something else in its place that tells no time, Node's own wall clock:
 * a span without a time is none.
 */
export function wallMs(): number {
  try {
    const ms: unknown = Date.now();
    if (typeof ms === 'number' && Number.isFinite(ms)) return Math.floor(ms);
    reportFailure('the wall clock', new Error(`it says ${String(ms)}`));
  } catch (error) {
    reportFailure('the wall clock', error);
  }
  return Math.floor(performance.timeOrigin + performance.now());
}

/** CLOCK_MONOTONIC, ms. As `performance.now()`, which is loaded at its first use only and takes 1 ms then. */
export function monotonicMs(): number {
  return Number(monotonicNanos()) / 1e6;
}

/** ms since this process started, as Node tells it (a few ms after exec); not a number where it does not. */
export function processAgeMs(): number {
  try {
    const seconds: unknown = process.uptime();
    if (typeof seconds === 'number') return seconds * 1e3;
    reportFailure('the age of the process', new Error(`it is ${typeof seconds}`));
  } catch (error) {
    reportFailure('the age of the process', error);
  }
  return Number.NaN;
}

/** When this module was loaded, ms after process start. */
export const LOADED_AT_MS = processAgeMs();
