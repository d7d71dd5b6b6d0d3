import { reportFailure } from '../fence/report.ts';

/**
 * CLOCK_MONOTONIC, ns. Where the system's clock cannot be read, `Date.now()` takes its place: durations are then whole
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
  return BigInt(Date.now()) * 1_000_000n;
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
