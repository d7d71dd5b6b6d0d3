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
 * Reads an arrival trace: per-minute counts of each function in the format that Azure published and invitro reads
 * (`HashFunction` and columns `1`, `2`, …), or one line per call with `start` and `function`, the output of
 * `/api/v1/invocations?format=csv`.
 *
 * @param minutes number of minutes of the trace to use
 * @throws {CollectorError} `ERR_OPTION` when it has neither format
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
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const columns = head.split(',').map((name) => name.trim().replaceAll('"', ''));
  const rows = lines.map((line) => line.split(',').map((cell) => cell.trim().replaceAll('"', '')));
  const at = (name: string): number => columns.indexOf(name);
  const arrivals =
    at('HashFunction') >= 0
      ? perMinute(rows, columns, at('HashFunction'), minutes, within, random)
      : at('start') >= 0
        ? perCall(rows, at('start'), at('function'), minutes)
        : undefined;
  if (!arrivals)
    throw badOption(
      `--set trace: ${file} has neither the columns HashFunction, 1, 2, … nor the columns start, function`,
    );
  return arrivals.sort((a, b) => a.atMs - b.atMs);
}

function perMinute(
  rows: readonly (readonly string[])[],
  columns: readonly string[],
  name: number,
  minutes: number,
  within: 'uniform' | 'equidistant' | 'exponential',
  random: Random,
): Arrival[] {
  const ofMinute = Array.from({ length: minutes }, (_, minute) => columns.indexOf(String(minute + 1)));
  return rows.flatMap((row) =>
    ofMinute.flatMap((column, minute) => {
      const count = Math.trunc(Number(row[column] ?? 0));
      if (!(count > 0)) return [];
      return placed(count, within, random).map((share) => ({
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

function perCall(
  rows: readonly (readonly string[])[],
  start: number,
  name: number,
  minutes: number,
): Arrival[] {
  const times = rows.map((row) => Date.parse(row[start] ?? ''));
  const first = Math.min(...times.filter((time) => Number.isFinite(time)));
  return rows.flatMap((row, index) => {
    const atMs = times[index]! - first;
    return atMs < minutes * MINUTE ? [{ atMs, function: row[name] ?? '' }] : [];
  });
}
