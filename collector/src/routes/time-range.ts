import { CollectorError } from '../errors/errors.ts';

/** A half-open range of time, ms since the epoch. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const DEFAULT_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** `now`, `-15m`, `now-15m`. */
const RELATIVE = /^(?:now)?-(\d{1,9})([smhdw])$/;
/** Time since the epoch; the unit follows from the number's size. Valid until the year 2200. */
const EPOCH = /^\d{1,19}(?:\.\d{1,9})?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
/** Within the range of a DateTime64 with nanoseconds, with room to spare. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(2200, 0, 1);

/**
 * Reads `from` and `to`: RFC 3339, a date alone (its midnight, UTC), epoch time in s, ms, µs or ns, `now`, or relative
 * to now as in `-90s`, `-15m`, `now-1h`, `-7d`, `-2w`. `to` defaults to now, `from` to one hour before `to`.
 *
 * @throws {CollectorError} `ERR_BAD_TIME_RANGE` (400); message and `details.parameter` name `from` or `to`.
 */
export function parseTimeRange(query: { from?: string; to?: string }, nowMs: number): TimeRange {
  const toMs = query.to === undefined ? nowMs : parseTime('to', query.to, nowMs);
  const fromMs =
    query.from === undefined
      ? Math.max(EARLIEST_MS, toMs - DEFAULT_MS)
      : parseTime('from', query.from, nowMs);
  if (fromMs > toMs) {
    throw bad(
      'from',
      `from (${new Date(fromMs).toISOString()}) is after to (${new Date(toMs).toISOString()})`,
    );
  }
  return { fromMs, toMs };
}

function parseTime(parameter: 'from' | 'to', text: string, nowMs: number): number {
  const ms = millisOf(text.trim(), nowMs);
  if (Number.isNaN(ms)) {
    throw bad(
      parameter,
      `${parameter} is not a time: ${JSON.stringify(text.slice(0, 100))} (RFC 3339, a date, an epoch, "now" or "-15m")`,
    );
  }
  if (ms < EARLIEST_MS || ms > LATEST_MS)
    throw bad(parameter, `${parameter} is not between the years 1970 and 2200`);
  return ms;
}

function millisOf(text: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  const relative = RELATIVE.exec(text);
  if (relative) return nowMs - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? NaN);
  if (EPOCH.test(text)) return epochMillis(Number(text));
  if (DATE.test(text)) return isDay(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return RFC_3339.test(text) && isDay(text.slice(0, 10))
    ? Date.parse(text.toUpperCase().replace(' ', 'T'))
    : NaN;
}

/** As seconds, eleven digits reach the year 5138; as milliseconds, they end in 1973. */
function epochMillis(value: number): number {
  if (value < 1e11) return value * 1e3;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1e3 : value / 1e6;
}

/** `Date` would read the 30th of February as a day in March. */
function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

function bad(parameter: 'from' | 'to', message: string): CollectorError {
  return new CollectorError('ERR_BAD_TIME_RANGE', message, { statusCode: 400, details: { parameter } });
}
