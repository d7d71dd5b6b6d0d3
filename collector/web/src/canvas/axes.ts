/** Scales and their axes: no box, four or five lines, units only as needed. */
import { ticks as evenTicks } from 'd3-array';
import { timeTicks, utcTicks } from 'd3-time';
import { clock, date, durationMark } from '../words.ts';
import type { Pen } from './pen.ts';

export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
  /** The value at a pixel. */
  readonly invert: (pixel: number) => number;
}

function scale(
  map: (value: number) => number,
  unmap: (value: number) => number,
  from: number,
  to: number,
  start: number,
  end: number,
): Scale {
  const [low, high] = [map(from), map(to)];
  const width = high - low || 1;
  const at = (value: number): number => start + ((map(value) - low) / width) * (end - start);
  const invert = (pixel: number): number => unmap(low + ((pixel - start) / (end - start || 1)) * width);
  return Object.assign(at, { from, to, invert });
}

const same = (value: number): number => value;

/** @param start pixel of `from` */
export const linear = (from: number, to: number, start: number, end: number): Scale =>
  scale(same, same, from, to, start, end);
export const logarithmic = (from: number, to: number, start: number, end: number): Scale =>
  scale(
    (value) => Math.log10(Math.max(value, from)),
    (value) => 10 ** value,
    from,
    to,
    start,
    end,
  );

/** Fewer values than this do not show a scale. */
const LEAST_MARKS = 3;

/** Round values on a logarithmic scale: the given ones, or evenly spaced ones if it is too narrow for them. */
export function logMarks(from: number, to: number, round: readonly number[]): readonly number[] {
  const inside = round.filter((mark) => mark >= from * 0.999 && mark <= to * 1.001);
  return inside.length >= LEAST_MARKS ? inside : evenTicks(from, to, 4).filter((mark) => mark > 0);
}

const ROUND_MILLIS = [
  0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 60_000, 180_000,
  600_000, 1_800_000, 3_600_000, 10_800_000, 36_000_000, 86_400_000,
];

/** A logarithmic scale of durations that includes all values, from the bottom up, and its round values. */
export function durationScale(
  values: Iterable<number>,
  bottom: number,
  top: number,
): { y: Scale; marks: number[] } {
  let [low, high] = [Infinity, 0];
  for (const value of values) {
    if (!(value > 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) [low, high] = [1, 1000];
  const from = ROUND_MILLIS.findLast((value) => value <= low) ?? low;
  const to = ROUND_MILLIS.find((value) => value >= high && value > from) ?? high;
  const inside = ROUND_MILLIS.filter((value) => value >= from && value <= to);
  const every = Math.ceil(inside.length / 6);
  return { y: logarithmic(from, to, bottom, top), marks: inside.filter((_, index) => index % every === 0) };
}

interface Frame {
  readonly left: number;
  readonly right: number;
}

/** Horizontal lines, each with its value at the left. */
export function drawLines(
  pen: Pen,
  y: Scale,
  marks: readonly number[],
  { left, right }: Frame,
  say: (value: number) => string,
): void {
  for (const mark of marks) {
    const at = Math.round(y(mark)) + 0.5;
    pen.line(
      [
        [left, at],
        [right, at],
      ],
      'grid',
      1,
    );
    pen.text(say(mark), left - 7, at, { align: 'right' });
  }
}

export const durationLines = (pen: Pen, y: Scale, marks: readonly number[], frame: Frame): void =>
  drawLines(pen, y, marks, frame, durationMark);

/** Least space that pictures leave right of an axis: a label that needs more would be cut. */
const RIGHT_MARGIN = 8;

/** A time axis along the bottom, in the reader’s zone or UTC. */
export function timeAxis(
  pen: Pen,
  x: Scale,
  at: number,
  { left, right }: Frame,
  utc: boolean,
  grid?: number,
): void {
  pen.line(
    [
      [left, at + 0.5],
      [right, at + 0.5],
    ],
    'line',
    1,
  );
  const wanted = Math.max(2, Math.floor((right - left) / 95));
  const ticks = utc ? utcTicks : timeTicks;
  const marks = ticks(new Date(x.from), new Date(x.to), wanted).map(Number);
  const step = (marks[1] ?? 0) - (marks[0] ?? 0);
  for (const mark of marks) {
    const pixel = Math.round(x(mark)) + 0.5;
    if (grid !== undefined)
      pen.line(
        [
          [pixel, grid],
          [pixel, at],
        ],
        'grid',
        1,
      );
    pen.line(
      [
        [pixel, at],
        [pixel, at + 4],
      ],
      'line',
      1,
    );
    const isMidnight = clock(mark, utc).startsWith('00:00:00');
    const label =
      step >= 86_400_000 || isMidnight
        ? date(mark, utc)
        : clock(mark, utc).slice(0, step > 0 && step < 60_000 ? 8 : 5);
    const half = pen.measure(label) / 2;
    if (pixel - half < left - 30 || pixel + half > right + RIGHT_MARGIN) continue;
    pen.text(label, pixel, at + 13, { align: 'center' });
  }
}

/** A scale of amounts from zero to a round value above the maximum, and its lines. */
export function amounts(
  greatest: number,
  bottom: number,
  top: number,
  lines = 4,
): { y: Scale; marks: number[] } {
  const marks = evenTicks(0, greatest > 0 ? greatest : 1, lines);
  const step = (marks[1] ?? 1) - (marks[0] ?? 0);
  const last = marks.at(-1) ?? 1;
  const to = last < greatest ? last + step : last;
  return { y: linear(0, to || 1, bottom, top), marks: last < greatest ? [...marks, to] : marks };
}

const DAY_MILLIS = 86_400_000;
const STEP_MILLIS = [
  ...[0.001, 0.01, 0.1, 1, 10, 100, 1000].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000],
];

/** Round durations between two others, at most about as many as wanted. */
export function durationMarks(from: number, to: number, wanted: number): number[] {
  const most = (to - from) / wanted;
  const step = STEP_MILLIS.find((value) => value >= most) ?? Math.ceil(most / DAY_MILLIS) * DAY_MILLIS;
  const first = Math.ceil(from / step);
  return Array.from(
    { length: Math.max(0, Math.floor(to / step) - first + 1) },
    (_, index) => (first + index) * step,
  );
}

/** An axis of idle times and similar: round steps along the bottom. */
export function durationAxis(pen: Pen, x: Scale, at: number, { left, right }: Frame): void {
  pen.line(
    [
      [left, at + 0.5],
      [right, at + 0.5],
    ],
    'line',
    1,
  );
  for (const mark of durationMarks(x.from, x.to, Math.max(2, (right - left) / 70))) {
    const pixel = Math.round(x(mark)) + 0.5;
    pen.line(
      [
        [pixel, at],
        [pixel, at + 4],
      ],
      'line',
      1,
    );
    const half = pen.measure(durationMark(mark)) / 2;
    pen.text(durationMark(mark), Math.max(half, pixel), at + 13, { align: 'center' });
  }
}
