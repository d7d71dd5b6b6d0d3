/** CLOCK_MONOTONIC, ms. As `performance.now()`, which is loaded at its first use only and takes 1 ms then. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** ms since this process started, as Node tells it (a few ms after exec). */
export function processAgeMs(): number {
  return process.uptime() * 1e3;
}

/** When this module was loaded, ms after process start. */
export const LOADED_AT_MS = processAgeMs();
