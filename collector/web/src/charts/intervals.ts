import { ticks as evenTicks } from 'd3-array';
import { linear, logarithmic, logMarks } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';

/** An estimate with its interval: one row of a picture. */
export interface IntervalRow {
  readonly label: string;
  /** Text under the label. */
  readonly note?: string | undefined;
  /** Absent if unknown; the row then says why. */
  readonly value: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Text at the right: the value, or why there is none. */
  readonly said: string;
  /** Default `c1`. */
  readonly colour?: Token;
  /** Default dot. A bar begins at zero. */
  readonly mark?: 'dot' | 'diamond' | 'bar';
  /** Default true; an interval that was not observed completely is hatched. */
  readonly isSure?: boolean;
  /** The spread of the data: a line with a cap. */
  readonly spreadTo?: number | undefined;
  /** Another value on the same row, as a vertical tick: now, before. */
  readonly tickAt?: number | undefined;
  readonly says?: () => readonly string[];
  readonly open?: () => void;
  readonly opens?: string;
}

export interface IntervalAxis {
  /** A logarithmic axis has no zero. */
  readonly kind: 'linear' | 'logarithmic';
  readonly say: (value: number) => string;
  /** Text under the marks. */
  readonly title: string;
  /** The value that all rows are compared with: a dotted line. */
  readonly reference?: { readonly at: number; readonly words: string };
  /** A linear axis always includes zero, unless this is set. */
  readonly isFree?: boolean;
  /** Limit to either side, however wide an interval is. */
  readonly clipAt?: number;
}

const ROW = 38;
const TOP = 18;
export const intervalsHeight = (rows: number): number => TOP + Math.max(1, rows) * ROW + 40;

const LOG_STEPS = [1, 3];

/** 1, 3, 10, 30 and so on. */
function roundMarks(from: number, to: number): number[] {
  const marks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power += 1)
    for (const step of LOG_STEPS) marks.push(step * 10 ** power);
  return marks;
}

function domainOf(
  rows: readonly IntervalRow[],
  { kind, reference, isFree = false, clipAt = Infinity }: IntervalAxis,
): [number, number] {
  const told = rows.flatMap(({ value, low, high, spreadTo, tickAt }) =>
    [value, low, high, spreadTo, tickAt].filter((one) => one !== undefined && Number.isFinite(one)),
  ) as number[];
  if (reference) told.push(reference.at);
  if (kind === 'logarithmic') {
    const some = told.filter((value) => value > 0);
    if (some.length === 0) return [1, 1000];
    return [Math.min(...some) / 1.6, Math.max(...some) * 1.6];
  }
  const [least, most] = [Math.min(...told, isFree ? Infinity : 0), Math.max(...told, isFree ? -Infinity : 0)];
  if (!Number.isFinite(least) || least === most) return [Math.min(0, least || 0), Math.max(1, most || 1)];
  const clip = (value: number): number => Math.max(-clipAt, Math.min(clipAt, value));
  const room = (clip(most) - clip(least)) * 0.06;
  return [least === 0 && !isFree ? 0 : clip(least) - room, most === 0 && !isFree ? 0 : clip(most) + room];
}

/** One row per estimate: its interval pale, the value as a dot, a diamond or a bar from zero, on one axis. */
export const drawIntervals =
  (rows: readonly IntervalRow[], axis: IntervalAxis): Draw =>
  (pen, { width, height }) => {
    const isNarrow = width < 460;
    // As wide as the names, within limits: a long name must leave room for the picture.
    const names = rows.map(({ label, note = '' }) =>
      Math.max(pen.measure(label, 13, true), pen.measure(note)),
    );
    const label = Math.min(Math.max(90, ...names), 270, width * 0.32);
    const widest = Math.max(0, ...rows.map(({ said }) => pen.measure(said, 12, true)));
    const rest = Math.min(width * (isNarrow ? 0.48 : 0.34), widest + 14);
    // On a small screen names stand above their bars, so that both have room.
    const [left, right, bottom] = [isNarrow ? 6 : label + 10, width - rest, height - 38];
    const [from, to] = domainOf(rows, axis);
    const isLog = axis.kind === 'logarithmic';
    const x = (isLog ? logarithmic : linear)(from, to, left, right);
    const at = (value: number): number =>
      Math.max(left, Math.min(right, x(isLog ? Math.max(value, from) : value)));
    const marks = isLog
      ? logMarks(from, to, roundMarks(from, to))
      : evenTicks(from, to, Math.max(2, Math.floor((right - left) / 90)));
    let lastEnd = -Infinity;
    let lastSaid = '';
    for (const mark of marks) {
      const pixel = Math.round(x(mark)) + 0.5;
      pen.line(
        [
          [pixel, TOP - 4],
          [pixel, bottom],
        ],
        'grid',
        1,
      );
      const said = axis.say(mark);
      const half = pen.measure(said) / 2;
      // Half of a countable thing would be rounded to a whole one, which has a mark of its own.
      const centre = Math.max(half, pixel);
      if (said === lastSaid || centre - half < lastEnd + 8 || centre + half > width) continue;
      [lastEnd, lastSaid] = [centre + half, said];
      pen.text(said, centre, bottom + 12, { align: 'center' });
    }
    const titleAt = pen.measure(axis.title) > right ? width : right;
    pen.text(axis.title, titleAt, bottom + 27, { align: 'right', width: titleAt });
    if (axis.reference) {
      const pixel = Math.round(at(axis.reference.at)) + 0.5;
      pen.line(
        [
          [pixel, TOP - 4],
          [pixel, bottom],
        ],
        'line',
        1.4,
        [2, 3],
      );
      const half = pen.measure(axis.reference.words) / 2;
      pen.text(axis.reference.words, Math.max(left + half, Math.min(right - half, pixel)), 7, {
        align: 'center',
      });
    }
    const scene = rows.map((row, index): Mark => {
      const { value, low, high, colour = 'c1', mark = 'dot', isSure = true } = row;
      const middle = TOP + index * ROW + ROW / 2;
      const y = isNarrow ? middle + 8 : middle;
      const hasNote = row.note !== undefined && row.note !== '';
      // The version and the size behind a long name are what tells one row from the next.
      const name = { size: 13, isBold: true, colour: 'ink', keepsEnd: true } as const;
      if (isNarrow) {
        const noted = hasNote ? Math.min(pen.measure(row.note ?? ''), width * 0.4) : 0;
        const named = Math.min(pen.measure(row.label, 13, true), width - noted - 8);
        // Lines of the axis pass behind them.
        pen.text(row.label, 0, middle - 9, { ...name, width: named, halo: true });
        if (hasNote)
          pen.text(row.note ?? '', named + 8, middle - 9, {
            colour: 'ink3',
            width: width - named - 8,
            keepsEnd: true,
            halo: true,
          });
      } else {
        pen.text(row.label, 0, hasNote ? middle - 7 : middle, { ...name, width: label });
        if (hasNote)
          pen.text(row.note ?? '', 0, middle + 9, { colour: 'ink3', width: label, keepsEnd: true });
      }
      pen.rect(0, middle + ROW / 2 - 1, width, 1, 'grid');
      if (value === undefined) {
        pen.hatch(left, y - 5, right - left, 10, 'rule');
        pen.text(row.said, (left + right) / 2, y, { align: 'center', halo: true, width: right - left });
      } else {
        drawEstimate(pen, y, { value, low, high, colour, mark, isSure, row }, at, isLog ? from : 0);
        pen.text(row.said, width, y, {
          align: 'right',
          size: 12,
          isBold: true,
          colour: 'ink',
          width: rest - 8,
        });
      }
      return {
        x: width / 2,
        y,
        halfWidth: width / 2,
        halfHeight: ROW / 2 - 7,
        kind: 'other',
        says: row.says ?? (() => [`${row.label}: ${row.said}`, ...(hasNote ? [row.note ?? ''] : [])]),
        ...(row.open && { open: row.open }),
        ...(row.opens !== undefined && { opens: row.opens }),
      };
    });
    return { marks: scene };
  };

interface Estimated {
  readonly value: number;
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly colour: Token;
  readonly mark: 'dot' | 'diamond' | 'bar';
  readonly isSure: boolean;
  readonly row: IntervalRow;
}

function drawEstimate(
  pen: Parameters<Draw>[0],
  y: number,
  { value, low, high, colour, mark, isSure, row: { spreadTo, tickAt } }: Estimated,
  at: (value: number) => number,
  zero: number,
): void {
  const hasInterval = low !== undefined && high !== undefined;
  const [start, wide] = hasInterval ? [at(low), Math.max(2, at(high) - at(low))] : [0, 0];
  if (mark === 'bar') {
    const [from, to] = [Math.min(at(zero), at(value)), Math.max(at(zero), at(value))];
    if (isSure) pen.bar(from, y - 7, Math.max(1.5, to - from), 14, colour);
    else pen.hatch(from, y - 7, Math.max(3, to - from), 14, colour, colour);
    if (hasInterval) pen.whisker(start, start + wide, y);
  } else if (hasInterval) {
    if (isSure) {
      pen.rect(start, y - 5, wide, 10, colour, 0.25);
      pen.box(start - 0.5, y - 5.5, wide + 1, 11, colour);
    } else pen.hatch(start, y - 5, wide, 10, colour, colour);
  }
  if (spreadTo !== undefined) {
    pen.line(
      [
        [at(value), y],
        [at(spreadTo), y],
      ],
      'ink',
      1.2,
    );
    pen.line(
      [
        [at(spreadTo), y - 5],
        [at(spreadTo), y + 5],
      ],
      'ink',
      1.2,
    );
  }
  if (tickAt !== undefined) pen.tick(at(tickAt), y, 16);
  if (mark === 'dot') pen.dot(at(value), y, 4.5, colour);
  else if (mark === 'diamond') pen.diamond(at(value), y, 5.5, colour);
}
