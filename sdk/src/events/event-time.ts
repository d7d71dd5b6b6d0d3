// No platform had functions before this year.
const EARLIEST_UNIX_MS = Date.UTC(2014, 0);
// Clocks of different machines differ; a time further ahead than this is not the time of an event.
const MAX_AHEAD_MS = 5 * 60_000;

const EPOCH = /^\d{9,19}(?:\.\d{1,9})?$/;
const ISO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|([+-]\d\d):?(\d\d))$/;

/**
 * A time from an event, as ms since 1970. Accepts seconds, milliseconds, microseconds or nanoseconds since 1970, told
 * apart by their magnitude, as a number or a string; or ISO 8601 with a time zone. Undefined for anything else.
 */
export function parseEventTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return undefined;
  if (EPOCH.test(value)) return fromEpoch(Number(value));
  const [, moment, hours, minutes = '00'] = ISO.exec(value) ?? [];
  if (moment === undefined) return undefined;
  const time = Date.parse(`${moment}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(time) ? undefined : time;
}

function fromEpoch(value: number): number | undefined {
  if (!(value >= 1e8 && value < 1e19)) return undefined;
  // Seconds have fewer than 12 digits until the year 5138; milliseconds have had more since 1973.
  if (value < 1e11) return value * 1e3;
  let time = value;
  while (time >= 1e14) time /= 1e3;
  return time;
}

/**
 * Time from the oldest of the moments to the start, ms. Slightly negative if the clocks differ. Moments before 2014 and
 * those more than 5 minutes after the start do not count. Undefined if none remains.
 */
export function delayMs(moments: readonly unknown[], startUnixMs: number): number | undefined {
  let oldest: number | undefined;
  for (const moment of moments) {
    const time = parseEventTime(moment);
    if (time === undefined || time < EARLIEST_UNIX_MS || time > startUnixMs + MAX_AHEAD_MS) continue;
    oldest = Math.min(oldest ?? time, time);
  }
  return oldest === undefined ? undefined : startUnixMs - oldest;
}
