import type { EvictionsEntry, ReuseEntry } from '../api/answers.ts';
import { durationLines, durationScale, linear, logarithmic, logMarks, timeAxis } from '../canvas/axes.ts';
import type { Draw } from '../canvas/chart.tsx';
import { causeWords, ENOUGH_DEATHS, placeWords } from '../verdicts.ts';
import { clock, day, duration, durationMark, interval, shortId } from '../words.ts';

const ROW = 38;
export const keepAliveHeight = (rows: number): number => Math.max(1, rows) * ROW + 50;

const MARKS = [
  1000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
  21_600_000, 86_400_000,
];

/** Per deployment, the idle time after which half are evicted, with its interval, on one logarithmic axis. */
export const drawKeepAlive =
  (entries: readonly ReuseEntry[]): Draw =>
  (pen, { width, height }) => {
    const label = Math.min(230, width * 0.36);
    const [left, right, bottom] = [label + 8, width - 14, height - 40];
    const told = entries.flatMap(({ keepAlive }) => [
      keepAlive?.lowMs,
      keepAlive?.highMs,
      keepAlive?.valueMs,
    ]);
    const values = told.flatMap((value) => (value !== undefined && value > 0 ? [value] : []));
    const [least, most] =
      values.length === 0 ? [60_000, 600_000] : [Math.min(...values) / 1.5, Math.max(...values) * 1.5];
    const x = logarithmic(least, most, left, right);
    const marks = logMarks(least, most, MARKS);
    for (const mark of marks) {
      pen.line(
        [
          [x(mark), 0],
          [x(mark), bottom],
        ],
        'grid',
        1,
      );
      pen.text(durationMark(mark), x(mark), bottom + 12, { align: 'center' });
    }
    pen.text('idle time by which half are gone', right, bottom + 26, { align: 'right' });
    const scene = entries.map((entry, index) => {
      const y = index * ROW + ROW / 2;
      const { keepAlive } = entry;
      pen.text(entry.function, 0, y - 6, { size: 13, isBold: true, colour: 'ink', width: label });
      pen.text(placeWords(entry.deployment), 0, y + 9, { colour: 'ink3', width: label });
      pen.rect(0, (index + 1) * ROW, width, 1, 'grid');
      const { valueMs, lowMs, highMs, expectedDeaths = 0 } = keepAlive ?? {};
      if (valueMs === undefined) {
        pen.hatch(left, y - 5, right - left, 10, 'rule');
        pen.text('not enough yet', (left + right) / 2, y, { align: 'center', halo: true });
      } else {
        const isSure = expectedDeaths >= ENOUGH_DEATHS;
        if (lowMs !== undefined && highMs !== undefined) {
          const wide = Math.max(3, x(highMs) - x(lowMs));
          if (isSure) pen.bar(x(lowMs), y - 5, wide, 10, 'cold3', 'cold2');
          else pen.hatch(x(lowMs), y - 5, wide, 10, 'cold2', 'cold2');
        }
        pen.dot(x(valueMs), y, 4.5, 'cold');
        const isRight = x(highMs ?? valueMs) > right - 150;
        // Beside its interval if that is drawn, else beside its dot.
        const [first, last] =
          lowMs === undefined || highMs === undefined ? [valueMs, valueMs] : [lowMs, highMs];
        pen.text(duration(valueMs), x(isRight ? first : last) + (isRight ? -10 : 10), y, {
          colour: 'ink',
          isBold: true,
          align: isRight ? 'right' : 'left',
          halo: true,
        });
      }
      return {
        x: valueMs === undefined ? (left + right) / 2 : x(valueMs),
        y,
        halfWidth: valueMs === undefined ? 40 : 8,
        halfHeight: 10,
        kind: 'other' as const,
        says: () => [
          valueMs === undefined ? 'not enough yet' : `half are gone after ${duration(valueMs)} idle`,
          ...(lowMs !== undefined && highMs !== undefined
            ? [`95 %: ${interval(lowMs, highMs, duration)}`]
            : []),
          `${entry.function}, ${placeWords(entry.deployment)}`,
          `${Math.round(expectedDeaths)} ends by idleness`,
        ],
      };
    });
    return { marks: scene };
  };

export const EVICTIONS_HEIGHT = 270;

/** Each eviction at its time; the length of its bar is the uncertainty of its idle time. */
export const drawEvictions =
  (
    evictions: readonly EvictionsEntry[],
    [fromMs, toMs]: readonly [number, number],
    utc: boolean,
    open: (id: string) => void,
  ): Draw =>
  (pen, { width, height }) => {
    const [left, right, bottom] = [62, width - 10, height - 24];
    const x = linear(fromMs, toMs, left, right);
    pen.text('idle before its end', left, 8);
    const { y, marks: lines } = durationScale(
      evictions.flatMap(({ idleMs }) => [Math.max(1, idleMs.low), Math.max(1, idleMs.high)]),
      bottom,
      26,
    );
    durationLines(pen, y, lines, { left, right });
    const scene = evictions.map((eviction) => {
      const { after, before, idleMs, state, cause, sandbox, evictedProbability } = eviction;
      const [afterMs, beforeMs] = [Date.parse(after), Date.parse(before)];
      const at = x(Math.max(fromMs, Math.min(toMs, (afterMs + beforeMs) / 2)));
      const [top, foot] = [y(Math.max(1, idleMs.high)), y(Math.max(1, idleMs.low))];
      if (foot - top > 2) pen.hatch(at - 3, top, 6, foot - top, 'line', 'line');
      if (state === 'confirmed') pen.tick(at, (top + foot) / 2, 12, cause === 'deploy');
      else pen.cross(at, (top + foot) / 2, 3.4);
      return {
        x: at,
        y: (top + foot) / 2,
        kind: 'gone' as const,
        open: () => open(sandbox),
        opens: 'its calls',
        says: () => [
          state === 'confirmed'
            ? `Said goodbye at ${clock(beforeMs, utc)}`
            : `Evicted between ${clock(afterMs, utc)} and ${clock(beforeMs, utc)}`,
          `${day(beforeMs, utc)}; idle ${interval(idleMs.low, idleMs.high, duration)}, ${causeWords(cause)}`,
          `sandbox ${shortId(sandbox)} of ${eviction.function}${state === 'confirmed' ? '' : `, gone with ${(evictedProbability * 100).toFixed(0)} %`}`,
        ],
      };
    });
    timeAxis(pen, x, bottom, { left, right }, utc);
    return { marks: scene, brush: { left, right, valueAt: x.invert } };
  };
