import type { ColdStartsEntry } from '../api/answers.ts';
import { linear } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import { wilson } from '../statistics.ts';
import { count, counted, duration, interval, share } from '../words.ts';

type Name = ColdStartsEntry['ledger'][number]['cause'];

export interface CauseRow {
  readonly cause: Name;
  readonly words: string;
  /** What the cause means, and what would have to change. */
  readonly note: string;
  readonly expected: number;
  readonly named: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly costMs: number | undefined;
  readonly waitedMs: number | undefined;
  readonly isSure: boolean;
}

/** Each cause in words, and what it means. */
export const CAUSE_WORDS: Readonly<Record<Name, readonly [string, string]>> = {
  first: ['First ever', 'nothing was there yet'],
  deploy: ['New version', 'the sandbox that would have served was of an older one'],
  idle: ['Idle too long', 'let go before the next call came'],
  age: ['Too old', 'let go although it had not idled for long'],
  'scale-out': ['More at once than before', 'all were busy'],
  'time-out': ['Time-out', 'the sandbox before it ended with its last call'],
  crash: ['Crash', 'the sandbox before it ended badly'],
  restart: ['Restart', 'the process in the sandbox was started again'],
  'tenant-first': ['First of a tenant', 'no sandbox of the tenant was ever there'],
  'not-reused': ['Not taken', 'one idled, and another was started'],
  unknown: ['Not known', 'no cause is sure'],
};

/** The ledger over all functions in the scope, largest cause first. */
export function causesOf(functions: readonly ColdStartsEntry[]): readonly CauseRow[] {
  const all = functions.reduce((sum, { coldStarts }) => sum + coldStarts, 0);
  const rows = new Map<
    Name,
    { expected: number; named: number; idle: number[]; waited: number; told: number }
  >();
  for (const { ledger } of functions) {
    for (const { cause, coldStarts, named, costMs, idleMs } of ledger) {
      const row = rows.get(cause) ?? { expected: 0, named: 0, idle: [], waited: 0, told: 0 };
      rows.set(cause, row);
      row.expected += coldStarts;
      row.named += named;
      if (idleMs !== undefined) row.idle.push(idleMs);
      if (costMs.value === undefined) continue;
      row.waited += coldStarts * costMs.value;
      row.told += coldStarts;
    }
  }
  return [...rows]
    .filter(([, { expected }]) => expected >= 0.05)
    .map(([cause, { expected, named, idle, waited, told }]) => {
      const [words, note] = CAUSE_WORDS[cause];
      const [low, high] = wilson(Math.min(all, expected), all);
      const [idleMs] = idle.toSorted((a, b) => a - b).slice(Math.floor(idle.length / 2));
      return {
        cause,
        words,
        note:
          cause === 'idle' && idleMs !== undefined
            ? `idle for ${duration(idleMs)} when the next call came`
            : note,
        expected,
        named,
        share: all === 0 ? 0 : expected / all,
        low,
        high,
        costMs: told > 0 ? waited / told : undefined,
        waitedMs: told > 0 ? (waited / told) * expected : undefined,
        isSure: named >= 0.8 * expected,
      };
    })
    .toSorted((a, b) => b.expected - a.expected);
}

const ROW = 44;

/** One row per cause, hatched if it is inferred and uncertain, with the interval of its share. */
export const drawCauses =
  (causes: readonly CauseRow[]): Draw =>
  (pen, { width }) => {
    const isNarrow = width < 460;
    const widest = Math.max(0, ...causes.map(({ words }) => pen.measure(words, 13, true)));
    const [barLeft, barRight] = isNarrow
      ? [Math.min(width * 0.6, Math.max(width * 0.35, widest + 28)), width - 52]
      : [width * 0.44, width * 0.44 + Math.min(230, width * 0.26)];
    const x = linear(0, Math.max(0.1, ...causes.map(({ high }) => high)), barLeft, barRight);
    pen.text('Cause', 0, 9);
    pen.text('Share, 95 %', barLeft, 9);
    pen.text('Starts', isNarrow ? width : width * 0.84, 9, { align: 'right' });
    if (!isNarrow) pen.text('Waited', width, 9, { align: 'right' });
    const marks: Mark[] = [];
    for (const [index, row] of causes.entries()) {
      const y = 26 + index * ROW;
      pen.rect(0, y - 5, width, 1, 'rule');
      pen.diamond(6, y + 10, 4.5);
      pen.text(row.words, 17, y + 10, { size: 13, isBold: true, colour: 'ink', width: barLeft - 24 });
      pen.text(row.note, 17, y + 28, { colour: 'ink3', width: width - 17 });
      const length = x(row.share) - barLeft;
      if (row.isSure) pen.bar(barLeft, y + 8, Math.max(1.5, length), 13, 'cold');
      else pen.hatch(barLeft, y + 8, Math.max(3, length), 13, 'cold', 'cold');
      pen.whisker(x(row.low), Math.max(x(row.low) + 1, x(row.high)), y + 14.8);
      const starts =
        row.expected >= 10 || Number.isInteger(row.expected) ? count(row.expected) : row.expected.toFixed(1);
      pen.text(starts, isNarrow ? width : width * 0.84, y + 15, { size: 13, align: 'right', colour: 'ink' });
      if (!isNarrow)
        pen.text(row.waitedMs === undefined ? 'unknown' : duration(row.waitedMs), width, y + 15, {
          size: 13,
          align: 'right',
          colour: 'ink',
        });
      marks.push({
        x: width / 2,
        y: y + 15,
        halfWidth: width / 2,
        halfHeight: 12,
        kind: 'other',
        says: () => [
          `${row.words}: ${share(row.share)} of cold starts (${interval(row.low, row.high, share)})`,
          row.note,
          `${counted(row.named, 'of them is', 'of them are')} sure, the rest by probability`,
          ...(row.costMs === undefined ? [] : [`each costs its caller ${duration(row.costMs)}`]),
        ],
      });
    }
    return { marks };
  };
