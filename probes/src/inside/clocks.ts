// As they were when this module was loaded: a program may replace them later, as tests do with fake timers.
const hrtime = process.hrtime.bigint.bind(process.hrtime);
const { now } = Date;

/** CLOCK_MONOTONIC, ms. */
export function monotonicMs(): number {
  return Number(hrtime()) / 1e6;
}

/** CLOCK_REALTIME, ms since the epoch, truncated to whole ms. */
export function coarseRealtimeMs(): number {
  return now();
}
