import type { TimelineAnswer } from '../api/answers.ts';
import { amounts, drawLines, linear, timeAxis } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import { count, counted, moment } from '../words.ts';

export const STRIP_HEIGHT = 92;

/** Calls over time above, cold starts below, failures on top. Heights are square roots: one shows beside a thousand. */
export const drawStrip =
  ({ buckets, bucketMs }: TimelineAnswer, utc: boolean): Draw =>
  (pen, { width, height }) => {
    const [left, right, middle] = [8, width - 8, height - 42];
    const fromMs = Date.parse(buckets[0]?.start ?? '');
    const toMs = Date.parse(buckets.at(-1)?.start ?? '') + bucketMs;
    const x = linear(fromMs, toMs, left, right);
    const wide = Math.max(1, (right - left) / Math.max(1, buckets.length) - 1.4);
    const callsOf = ({ cold, warm, unknown }: TimelineAnswer['buckets'][number]): number =>
      cold + warm + unknown;
    const most = Math.max(1, ...buckets.map(callsOf));
    const marks: Mark[] = [];
    for (const bucket of buckets) {
      const { start, cold, errors } = bucket;
      const calls = callsOf(bucket);
      const at = x(Date.parse(start));
      const high = Math.sqrt(calls / most) * (middle - 14);
      const deep = Math.min(18, Math.sqrt(cold / most) * (middle - 14));
      if (calls > 0) pen.rect(at, middle - high, wide, high, 'warm');
      if (cold > 0) pen.rect(at, middle + 1, wide, Math.max(2, deep), 'cold');
      if (errors > 0) pen.triangle(at + wide / 2, middle - high - 5, 4);
      if (calls > 0)
        marks.push({
          x: at + wide / 2,
          y: middle - high / 2,
          halfWidth: wide / 2,
          halfHeight: high / 2 + 8,
          kind: cold > 0 ? 'cold' : errors > 0 ? 'failed' : 'warm',
          says: () => [
            `${counted(calls, 'call')}, ${count(cold)} cold`,
            `from ${moment(Date.parse(start), utc)}`,
            ...(errors > 0 ? [`${count(errors)} failed`] : []),
          ],
        });
    }
    pen.rect(left, middle, right - left, 1, 'rule');
    timeAxis(pen, x, height - 18, { left, right }, utc);
    return { marks, brush: { left, right, valueAt: x.invert } };
  };

/** Sandboxes known to be alive, per bucket. */
export const drawAliveBuckets =
  ({ buckets, bucketMs }: TimelineAnswer, utc: boolean): Draw =>
  (pen, { width, height }) => {
    const [left, right, bottom] = [30, width - 8, height - 22];
    const fromMs = Date.parse(buckets[0]?.start ?? '');
    const x = linear(fromMs, Date.parse(buckets.at(-1)?.start ?? '') + bucketMs, left, right);
    const { y, marks: lines } = amounts(
      Math.max(1, ...buckets.map(({ sandboxesAlive }) => sandboxesAlive)),
      bottom,
      8,
      3,
    );
    drawLines(pen, y, lines.filter(Number.isInteger), { left, right }, count);
    const wide = Math.max(1, (right - left) / Math.max(1, buckets.length) - 0.6);
    for (const { start, sandboxesAlive } of buckets)
      pen.rect(x(Date.parse(start)), y(sandboxesAlive), wide, bottom - y(sandboxesAlive), 'warm');
    timeAxis(pen, x, bottom, { left, right }, utc);
    return {
      marks: buckets.map(({ start, sandboxesAlive }) => ({
        x: x(Date.parse(start)) + wide / 2,
        y: y(sandboxesAlive),
        kind: 'warm' as const,
        says: () => [
          `${counted(sandboxesAlive, 'sandbox', 'sandboxes')} alive`,
          `from ${moment(Date.parse(start), utc)}`,
        ],
      })),
    };
  };
