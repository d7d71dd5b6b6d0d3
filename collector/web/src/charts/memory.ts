import { ticks as evenTicks } from 'd3-array';
import type { MemoryEntry } from '../api/answers.ts';
import { amounts, drawLines, linear } from '../canvas/axes.ts';
import type { Scale } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Pen } from '../canvas/pen.ts';
import { count, duration, durationMark, interval, megabytes, money, moneyMark } from '../words.ts';

export const MEMORY_HEIGHT = 380;
const TOP = 26;

/** Sizes far above the fastest one add no information. */
function lastShownMb({ sizes, fastestMb, fromMb }: MemoryEntry): number {
  const last = sizes.at(-1)?.memoryMb ?? 1024;
  return Math.min(last, Math.max(2048, 1.35 * (fastestMb ?? 0), 1.35 * (fromMb ?? 0)));
}

interface Chosen {
  readonly memoryMb: number;
  readonly words: string;
}

/** A vertical line with its name in a box, placed as high as there is room. */
function flag(
  pen: Pen,
  x: number,
  row: number,
  text: string,
  isNow: boolean,
  bounds: readonly [number, number, number],
): void {
  const [left, right, bottom] = bounds;
  const y = TOP + 12 + row * 24;
  const half = pen.measure(text, 11, true) / 2 + 7;
  const middle = Math.max(left + half, Math.min(right - half, x));
  pen.line(
    [
      [x, y],
      [x, bottom],
    ],
    'ink',
    isNow ? 1.4 : 1.6,
    isNow ? [] : [2, 3],
  );
  pen.bar(middle - half, y - 10, 2 * half, 20, isNow ? 'ink' : 'card', 'ink');
  pen.text(text, middle, y, { align: 'center', colour: isNow ? 'card' : 'ink', isBold: true });
}

/** Time and cost of a call at each size: two curves that cross, over the steps of the CPU quota. */
export const drawMemory =
  (entry: MemoryEntry, chosen: readonly Chosen[]): Draw =>
  (pen, { width, height }) => {
    const shown = entry.sizes.filter(({ memoryMb }) => memoryMb <= lastShownMb(entry));
    const currency = entry.plan?.currency;
    const hasCost = shown.some(({ perMillion }) => perMillion !== undefined);
    const [left, right, bottom] = [58, width - (hasCost ? 52 : 14), height - 40];
    const [firstMb, lastMb] = [shown[0]?.memoryMb ?? 128, shown.at(-1)?.memoryMb ?? 2048];
    const x = linear(firstMb, lastMb, left, right);
    const times = shown.flatMap(({ meanMs: { value, high } }) => [value ?? 0, high ?? 0]);
    const { y, marks: lines } = amounts(Math.max(...times, 0), bottom, TOP);
    drawLines(pen, y, lines, { left, right }, durationMark);
    const most = Math.max(0, ...shown.map(({ perMillion = 0 }) => perMillion));
    const dollars = amounts(most * 1.05, bottom, TOP);
    if (hasCost)
      for (const mark of dollars.marks) pen.text(moneyMark(mark, currency), right + 6, dollars.y(mark));
    pen.line(
      [
        [left, 8],
        [left + 20, 8],
      ],
      'c4',
      2.2,
    );
    pen.text('time of a call', left + 26, 8, { isBold: true, colour: 'ink' });
    if (hasCost) {
      pen.text('a million calls', width, 8, { isBold: true, colour: 'ink', align: 'right' });
      const end = width - pen.measure('a million calls', 11, true) - 6;
      pen.line(
        [
          [end - 20, 8],
          [end, 8],
        ],
        'c2',
        2.2,
        [5, 3],
      );
    }
    drawSizes(pen, x, bottom, left, right);
    drawTreads(pen, entry, x, bottom);
    drawProportional(pen, entry, x, y, right);
    const along = (key: 'value' | 'low' | 'high'): [number, number][] =>
      shown.flatMap(({ memoryMb, meanMs }) =>
        meanMs[key] === undefined ? [] : [[x(memoryMb), y(meanMs[key])] as [number, number]],
      );
    if (along('low').length === along('high').length) pen.band(along('high'), along('low'), 'c4');
    const costs = shown.flatMap(({ memoryMb, perMillion }) =>
      perMillion === undefined ? [] : [[x(memoryMb), dollars.y(perMillion)] as [number, number]],
    );
    pen.line(costs, 'c2', 2, [5, 3]);
    pen.line(along('value'), 'c4', 2.2);
    for (const [row, { memoryMb, words }] of chosen.entries())
      flag(pen, x(memoryMb), row % 3, `${words} ${megabytes(memoryMb)}`, memoryMb === entry.fromMb, [
        left,
        right,
        bottom,
      ]);
    const last = along('value').at(-1);
    if (last)
      pen.text('time', last[0] - 4, last[1] - 11, {
        align: 'right',
        isBold: true,
        colour: 'ink',
        halo: true,
      });
    const lastCost = costs.at(-3);
    // In a narrow picture the flags are there; the line samples above name the curves.
    if (lastCost && width >= 480)
      pen.text('cost', lastCost[0] - 4, lastCost[1] - 11, {
        align: 'right',
        isBold: true,
        colour: 'ink',
        halo: true,
      });
    return { marks: [...sizeMarks(entry, shown, x, y, currency), ...drawMeasured(pen, entry, x, y, right)] };
  };

function drawSizes(pen: Pen, x: Scale, bottom: number, left: number, right: number): void {
  pen.line(
    [
      [left, bottom + 0.5],
      [right, bottom + 0.5],
    ],
    'line',
    1,
  );
  const few = evenTicks(x.from, x.to, Math.max(2, Math.floor((right - left) / 110)));
  // Providers sell memory in powers of two.
  const steps = [256, 512, 1024, 2048, 4096].find((step) => (x.to - x.from) / step <= few.length + 2) ?? 4096;
  for (let mark = steps; mark <= x.to; mark += steps) {
    pen.line(
      [
        [x(mark), bottom],
        [x(mark), bottom + 4],
      ],
      'line',
      1,
    );
    pen.text(count(mark), x(mark), bottom + 13, { align: 'center' });
  }
  pen.text('memory, MB', (left + right) / 2, bottom + 29, { align: 'center' });
}

/** Start of each step, at which a call needs one quota period less. */
function drawTreads(pen: Pen, { treads }: MemoryEntry, x: Scale, bottom: number): void {
  const wide = treads.filter(({ fromMb, toMb }) => fromMb > x.from && toMb > fromMb && fromMb <= x.to);
  for (const { fromMb } of wide.slice(-6))
    pen.line(
      [
        [x(fromMb), TOP],
        [x(fromMb), bottom],
      ],
      'rule',
      1,
      [1.5, 3],
    );
}

/** The assumption of most tools: time decreases in proportion to memory. */
function drawProportional(pen: Pen, entry: MemoryEntry, x: Scale, y: Scale, right: number): void {
  const from = entry.sizes.find(({ memoryMb }) => memoryMb === entry.fromMb);
  if (from?.meanMs.value === undefined) return;
  const product = from.meanMs.value * from.memoryMb;
  const points: [number, number][] = [];
  for (let mb = x.from; mb <= x.to; mb += (x.to - x.from) / 120) {
    const at = y(product / mb);
    if (at >= TOP) points.push([x(mb), at]);
  }
  pen.line(points, 'line', 1.3, [1.5, 2.5]);
  const label = points[Math.floor(points.length * 0.3)];
  if (label && x.to > x.from && right - label[0] > 260)
    pen.text('if time simply fell with memory', label[0] + 8, label[1] - 8, { halo: true });
}

function sizeMarks(
  { fromMb }: MemoryEntry,
  shown: MemoryEntry['sizes'],
  x: Scale,
  y: Scale,
  currency: string | undefined,
): Mark[] {
  return shown.map(({ memoryMb, vcpus, fits, meanMs, perMillion }) => ({
    x: x(memoryMb),
    y: y(meanMs.value ?? 0),
    kind: 'other' as const,
    says: () => [
      `${megabytes(memoryMb)}: ${duration(meanMs.value ?? 0)}${memoryMb === fromMb ? ', as it is' : ' predicted'}`,
      ...(meanMs.low === undefined || meanMs.high === undefined
        ? []
        : [`between ${interval(meanMs.low, meanMs.high, duration)}`]),
      `${vcpus.toFixed(2)} CPUs${perMillion === undefined ? '' : `, ${money(perMillion, currency)} a million calls`}`,
      ...(fits === false ? ['less than the most memory that was used'] : []),
    ],
  }));
}

/** Sizes that were used: the measured time beside the predicted one. */
function drawMeasured(pen: Pen, entry: MemoryEntry, x: Scale, y: Scale, right: number): Mark[] {
  const seen = new Map<number, { n: number; sum: number }>();
  for (const { memoryMb, n, meanMs } of entry.measured) {
    const one = seen.get(memoryMb) ?? { n: 0, sum: 0 };
    seen.set(memoryMb, { n: one.n + n, sum: one.sum + n * meanMs });
  }
  return [...seen].flatMap(([memoryMb, { n, sum }]): Mark[] => {
    const [px, py] = [x(memoryMb), y(sum / n)];
    if (memoryMb > x.to || py < TOP) return [];
    pen.dot(px, py, 6.5, 'card');
    pen.dot(px, py, 5, 'c4');
    const check = entry.checked.find((one) => one.memoryMb === memoryMb);
    if (check && px < right - 170)
      pen.text(
        `${duration(check.predictedMs)} predicted, ${duration(check.measuredMs)} seen`,
        px + 12,
        py - 16,
        {
          halo: true,
          colour: 'ink',
        },
      );
    return [
      {
        x: px,
        y: py,
        kind: 'cold' as const,
        says: () => [
          `${megabytes(memoryMb)}: ${duration(sum / n)} measured`,
          `mean of ${count(n)} warm calls`,
          ...(check ? [`${duration(check.predictedMs)} was predicted`] : []),
        ],
      },
    ];
  });
}
