import { reportFailure } from '../fence/report.ts';

// The clocks at the time when this module was loaded. A program may replace them later, as tests do with fake timers,
// and spans must still have the real time.
const { now: dateNow } = Date;
const uptime = process.uptime.bind(process);
const hrtime = process.hrtime.bigint.bind(process.hrtime);

/**
 * CLOCK_MONOTONIC, ns. Falls back to the wall clock if the system's clock cannot be read: durations are then whole
 * milliseconds and jump when the wall clock is set.
 */
export function monotonicNanos(): bigint {
  try {
    const nanos: unknown = hrtime();
    if (typeof nanos === 'bigint') return nanos;
    reportFailure('the monotonic clock', new Error(`it returned ${typeof nanos}`));
  } catch (error) {
    reportFailure('the monotonic clock', error);
  }
  return BigInt(wallMs()) * 1_000_000n;
}

/**
 * `Date.now()`, in whole ms. Falls back to Node's own wall clock if the program has replaced `Date.now` with something
 * that returns no time: a span needs one.
 */
export function wallMs(): number {
  try {
    const ms: unknown = dateNow();
    if (typeof ms === 'number' && Number.isFinite(ms)) return Math.floor(ms);
    reportFailure('the wall clock', new Error(`it returned ${String(ms)}`));
  } catch (error) {
    reportFailure('the wall clock', error);
  }
  return Math.floor(performance.timeOrigin + performance.now());
}

/** CLOCK_MONOTONIC, ms. Same as `performance.now()`, which Node loads at its first use, in 1 ms. */
export function monotonicMs(): number {
  return Number(monotonicNanos()) / 1e6;
}

/** ms since this process started, as Node reports it (a few ms after exec); NaN if Node does not report it. */
export function processAgeMs(): number {
  try {
    const seconds: unknown = uptime();
    if (typeof seconds === 'number') return seconds * 1e3;
    reportFailure('the age of the process', new Error(`it returned ${typeof seconds}`));
  } catch (error) {
    reportFailure('the age of the process', error);
  }
  return Number.NaN;
}

/** When this module was loaded, ms after process start. */
export const LOADED_AT_MS = processAgeMs();
