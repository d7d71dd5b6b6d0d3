import type { PointsAnswer, PointsEntry, TimelineAnswer } from '../api/answers.ts';
import { amounts, drawLines, durationLines, durationScale, linear, timeAxis } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { median, wilson } from '../statistics.ts';
import { duration, moment, share, shortId } from '../words.ts';
import { domainOf } from './domain.ts';

export interface DotsSettings {
  readonly points: PointsAnswer;
  readonly timeline: TimelineAnswer | undefined;
  /** The time that a caller waits, including the initialisation of a cold call. */
  readonly isWait: boolean;
  readonly colour: (point: PointsEntry) => Token;
  readonly utc: boolean;
  readonly open: (point: PointsEntry) => void;
  readonly hasFunction: boolean;
}

export const valueOf = ({ durationMs, initMs }: PointsEntry, isWait: boolean): number =>
  durationMs + (isWait ? (initMs ?? 0) : 0);

export const DOTS_HEIGHT = 404;
const TOP = 28;
const BOTTOM = 268;
const RATE_TOP = 306;
const RATE_BOTTOM = 378;

/** Every call as a dot over time; cold ones on top, never sampled; below, the share of cold calls. */
export const drawDots =
  ({ points: { points, from, to }, timeline, isWait, colour, utc, open, hasFunction }: DotsSettings): Draw =>
  (pen, { width }) => {
    const [left, right] = [58, width - 8];
    const [fromMs, toMs] = domainOf(Date.parse(from), Date.parse(to), points[0]?.startUnixMs);
    const x = linear(fromMs, toMs, left, right);
    const { y, marks: lines } = durationScale(
      points.map((point) => valueOf(point, isWait)),
      BOTTOM,
      TOP,
    );
    durationLines(pen, y, lines, { left, right });
    pen.text(
      isWait ? 'Time of a call with its start-up, logarithmic' : 'Time in the function, logarithmic',
      left,
      8,
      { colour: 'ink2' },
    );
    const at = (point: PointsEntry): [number, number] => [x(point.startUnixMs), y(valueOf(point, isWait))];
    const isCold = (point: PointsEntry): boolean => point.cold === true && point.failed !== true;
    const alpha = points.length > 3000 ? 0.5 : 0.75;
    for (const point of points)
      if (!isCold(point) && !point.failed)
        pen.dot(...at(point), points.length > 3000 ? 1.5 : 2.2, colour(point), alpha);
    for (const point of points) if (isCold(point)) pen.diamond(...at(point), 5);
    for (const point of points) if (point.failed) pen.triangle(...at(point), 5);

    const middles = [
      [points.filter(isCold), 'cold', 'cold'],
      [points.filter((point) => point.cold === false), 'warm', 'ink'],
    ] as const;
    const heights: number[] = [];
    for (const [some, name, token] of middles) {
      const middle = median(some.map((point) => valueOf(point, isWait)));
      if (middle === undefined) continue;
      let height = y(middle) - 12;
      if (heights.some((other) => Math.abs(other - height) < 14)) height += 26;
      heights.push(height);
      pen.text(`${name}: median ${duration(middle)}`, right - 4, height, {
        align: 'right',
        isBold: true,
        colour: token,
        halo: true,
      });
    }
    if (timeline) drawRate(timeline);
    timeAxis(pen, x, RATE_BOTTOM, { left, right }, utc);
    return { marks: points.map(markOf), brush: { left, right, valueAt: x.invert } };

    function drawRate({ buckets, bucketMs }: TimelineAnswer): void {
      const known = buckets
        .map(({ start, cold, warm }) => ({ ms: Date.parse(start) + bucketMs / 2, cold, n: cold + warm }))
        .filter(({ n, ms }) => n > 0 && ms >= fromMs - bucketMs);
      const clamp = (ms: number): number => x(Math.max(fromMs, Math.min(toMs, ms)));
      const greatest = Math.max(
        0.02,
        ...known.map(({ cold, n }) => Math.min(wilson(cold, n)[1], Math.max(0.1, (2.5 * cold) / n))),
      );
      const { y: rate, marks } = amounts(Math.min(1, greatest), RATE_BOTTOM, RATE_TOP, 2);
      pen.text(`Share of calls that were cold, each ${duration(bucketMs)}`, left, RATE_TOP - 18, {
        colour: 'ink2',
      });
      drawLines(pen, rate, marks, { left, right }, share);
      // A line across a time without calls would suggest data.
      const runs: (typeof known)[] = [];
      for (const bucket of known) {
        const run = runs.at(-1);
        const last = run?.at(-1);
        if (run && last && bucket.ms - last.ms < bucketMs * 1.5) run.push(bucket);
        else runs.push([bucket]);
      }
      const top = (value: number): number => Math.max(RATE_TOP - 6, rate(value));
      for (const run of runs) {
        const bounds = run.map(({ ms, cold, n }) => ({ ms, bounds: wilson(cold, n) }));
        pen.band(
          bounds.map(({ ms, bounds: [, high] }) => [clamp(ms), top(high)] as const),
          bounds.map(({ ms, bounds: [low] }) => [clamp(ms), top(low)] as const),
          'cold',
        );
        pen.line(
          run.map(({ ms, cold, n }) => [clamp(ms), rate(cold / n)] as const),
          'cold',
          1.8,
        );
        if (run.length < 12)
          for (const { ms, cold, n } of run) pen.dot(clamp(ms), rate(cold / n), 2.2, 'cold');
      }
    }

    function markOf(point: PointsEntry): Mark {
      const [px, py] = at(point);
      const { startUnixMs, cold, failed, initMs, sandbox, version } = point;
      return {
        x: px,
        y: py,
        kind: failed ? 'failed' : cold ? 'cold' : 'warm',
        says: () => [
          `${duration(valueOf(point, isWait))} ${failed ? 'failed' : cold ? 'cold' : cold === false ? 'warm' : 'call'}`,
          moment(startUnixMs, utc),
          ...(hasFunction ? [point.function] : []),
          `sandbox ${sandbox === undefined ? 'unknown' : shortId(sandbox)}${version === undefined ? '' : `, version ${version}`}`,
          ...(initMs === undefined
            ? []
            : [`start-up ${duration(initMs)}, then ${duration(point.durationMs)}`]),
        ],
        open: () => open(point),
      };
    }
  };
