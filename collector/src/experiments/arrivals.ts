import { readFileSync } from 'node:fs';
import { badOption } from '../config/index.ts';
import type { Random } from '../statistics/index.ts';

/** One call of a trace. */
export interface Arrival {
  readonly atMs: number;
  readonly function: string;
}

const MINUTE = 60_000;

/**
 * Reads an arrival trace:
 *
 * - Counts per minute of each function, as Azure published in 2019 and invitro reads (`HashFunction` and columns `1`, `2`,
 *   …).
 * - One line per call with `start` and `function`, as of `/api/v1/invocations?format=csv`.
 * - One line per call with `func`, `end_timestamp` and `duration` in seconds, as Azure published in 2021.
 *
 * @param minutes number of minutes of the trace to use
 * @throws {CollectorError} `ERR_OPTION` when it has none of these formats, or an unreadable value
 */
export function readArrivals(
  file: string,
  minutes: number,
  within: 'uniform' | 'equidistant' | 'exponential',
  random: Random,
): Arrival[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw badOption(`--set trace names a file that cannot be read: ${(error as Error).message}`);
  }
  const [columns = [], ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map(cellsOf);
  const at = (name: string): number => columns.indexOf(name);
  const unreadable = (row: number, what: string): Error =>
    badOption(`--set trace: row ${row + 1} below the header of ${file} has ${what}`);
  if (at('HashFunction') >= 0)
    return sorted(perMinute({ rows, columns, unreadable }, at('HashFunction'), minutes, within, random));
  const startOf = readerOfStart(at);
  if (!startOf)
    throw badOption(
      `--set trace: ${file} has none of these sets of columns: HashFunction, 1, 2, …; start, function; func, end_timestamp, duration`,
    );
  const name = at('start') >= 0 ? at('function') : at('func');
  const times = rows.map((row, index) => {
    const ms = startOf(row);
    if (!Number.isFinite(ms)) throw unreadable(index, 'no readable time');
    return ms;
  });
  const first = times.reduce((least, ms) => Math.min(least, ms), Infinity);
  return sorted(
    rows.flatMap((row, index) => {
      const atMs = times[index]! - first;
      return atMs < minutes * MINUTE ? [{ atMs, function: row[name] ?? '' }] : [];
    }),
  );
}

const sorted = (arrivals: Arrival[]): Arrival[] => arrivals.sort((a, b) => a.atMs - b.atMs);

/** The cells of a line of CSV; a quoted one may contain commas. */
function cellsOf(line: string): string[] {
  return Array.from(`,${line}`.matchAll(/,(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g), ([, quoted, plain = '']) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );
}

/** Start of a row's call, ms since an arbitrary origin. */
function readerOfStart(at: (name: string) => number): ((row: readonly string[]) => number) | undefined {
  const [start, end, duration] = [at('start'), at('end_timestamp'), at('duration')];
  // A bare number is not accepted as a time: `Date.parse` would read it as a year.
  if (start >= 0)
    return (row) => (/^\d{4}-\d\d/.test(row[start] ?? '') ? Date.parse(row[start]!) : Number.NaN);
  if (end >= 0 && duration >= 0 && at('func') >= 0)
    return (row) => 1000 * (numberOf(row[end]) - numberOf(row[duration]));
  return undefined;
}

const numberOf = (cell: string | undefined): number =>
  cell === undefined || cell === '' ? Number.NaN : Number(cell);

interface Table {
  readonly rows: readonly (readonly string[])[];
  readonly columns: readonly string[];
  readonly unreadable: (row: number, what: string) => Error;
}

function perMinute(
  { rows, columns, unreadable }: Table,
  name: number,
  minutes: number,
  within: 'uniform' | 'equidistant' | 'exponential',
  random: Random,
): Arrival[] {
  const ofMinute = Array.from({ length: minutes }, (_, minute) => columns.indexOf(String(minute + 1)));
  return rows.flatMap((row, index) =>
    ofMinute.flatMap((column, minute) => {
      // Minutes that the trace does not have, and empty cells, have no calls.
      const cell = row[column] ?? '';
      const count = Number(cell);
      if (!(count >= 0)) throw unreadable(index, `"${cell}" instead of a number of calls`);
      return placed(Math.trunc(count), within, random).map((share) => ({
        atMs: (minute + share) * MINUTE,
        function: row[name] ?? '',
      }));
    }),
  );
}

/** Position of each call in its minute, 0 to 1. */
function placed(count: number, within: string, random: Random): number[] {
  if (within === 'equidistant') return Array.from({ length: count }, (_, index) => (index + 0.5) / count);
  if (within === 'uniform') return Array.from({ length: count }, () => random.uniform());
  // Exponential gaps, one more than there are calls, scaled to fill the minute: a Poisson process given its count.
  const gaps = Array.from({ length: count + 1 }, () => -Math.log1p(-random.uniform()));
  const whole = gaps.reduce((sum, gap) => sum + gap, 0);
  let upTo = 0;
  return gaps.slice(0, count).map((gap) => (upTo += gap) / whole);
}
