import { CollectorError } from '../errors.ts';

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
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
/** What a DateTime64 with nanoseconds can hold with room to spare. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(2200, 0, 1);

/**
 * Reads `from` and `to`: RFC 3339, `now`, or relative to now as `-90s`, `-15m`, `-1h`, `-7d`, `-2w`. The default is
 * the hour before `to`, and `to` is now.
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
  const relative = /^-(\d{1,9})([smhdw])$/.exec(text);
  let ms = NaN;
  if (text === 'now') ms = nowMs;
  else if (relative) ms = nowMs - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? NaN);
  else if (RFC_3339.test(text)) ms = Date.parse(text.toUpperCase().replace(' ', 'T'));
  if (Number.isNaN(ms)) {
    throw bad(
      parameter,
      `${parameter} is not a time: ${JSON.stringify(text.slice(0, 100))} (RFC 3339, "now" or "-15m")`,
    );
  }
  if (ms < EARLIEST_MS || ms > LATEST_MS)
    throw bad(parameter, `${parameter} is not between the years 1970 and 2200`);
  return ms;
}

function bad(parameter: 'from' | 'to', message: string): CollectorError {
  return new CollectorError('ERR_BAD_TIME_RANGE', message, { statusCode: 400, details: { parameter } });
}

/** RFC 3339 in UTC, ms. */
export function isoTime(ms: number): string {
  // To whole microseconds first: a sum of doubles may fall short of the millisecond it stands for.
  return new Date(Math.round(ms * 1000) / 1000).toISOString();
}

/** RFC 3339 in UTC with all nine decimals. */
export function isoNanos(unixNano: string): string {
  const nanos = BigInt(unixNano);
  const seconds = nanos / 1_000_000_000n;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}
