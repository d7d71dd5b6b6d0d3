import type { PointsEntry } from '../api/answers.ts';
import { durationAxis, linear } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import { clock, duration, moment } from '../words.ts';

const MOST = 10;
const ROW = 20;
const FOOT = 26;

/** A cold start that reported its initialisation. */
export type Replayed = PointsEntry & { readonly initMs: number };

/** The newest cold starts that reported their initialisation, oldest first. */
export const replayedOf = (points: readonly PointsEntry[]): readonly Replayed[] =>
  points
    .filter((point): point is Replayed => point.cold === true && point.initMs !== undefined)
    .toSorted((a, b) => a.startUnixMs - b.startUnixMs)
    .slice(-MOST);

export const totalMs = ({ initMs, durationMs }: Replayed): number => initMs + durationMs;

/** How long all of them take when they begin together. */
export const longestMs = (starts: readonly Replayed[]): number => Math.max(0, ...starts.map(totalMs));

export const replayHeight = (starts: number): number => Math.max(1, starts) * ROW + FOOT;

/**
 * Cold starts as if they all began at once, up to a moment.
 *
 * @param atMs since they began; undefined: over, without a line
 */
export const drawReplay =
  (starts: readonly Replayed[], atMs: number | undefined, utc: boolean): Draw =>
  (pen, { width, height }) => {
    const [left, right, bottom] = [58, width - 66, height - FOOT];
    const x = linear(0, longestMs(starts) || 1, left, right);
    const marks: Mark[] = [];
    for (const [index, start] of starts.entries()) {
      const { initMs, durationMs, failed, startUnixMs } = start;
      const whole = totalMs(start);
      const doneMs = Math.min(whole, atMs ?? whole);
      const y = index * ROW + 3;
      pen.text(clock(startUnixMs, utc), left - 7, y + 7, { align: 'right' });
      pen.rect(left, y, x(Math.min(initMs, doneMs)) - left, 14, 'cold');
      if (doneMs > initMs) pen.rect(x(initMs), y, x(doneMs) - x(initMs), 14, 'warm');
      if (doneMs >= whole) {
        const said = `${duration(whole)}${failed ? ' ▲' : ''}`;
        pen.text(said, x(whole) + 5, y + 7, { colour: failed ? 'err' : 'ink', isBold: true });
      }
      marks.push({
        x: (left + x(whole)) / 2,
        y: y + 7,
        halfWidth: (x(whole) - left) / 2,
        halfHeight: 8,
        kind: 'cold',
        says: () => [
          `${duration(whole)} cold ${moment(startUnixMs, utc)}`,
          `start-up ${duration(initMs)}, function ${duration(durationMs)}${failed ? ', failed' : ''}`,
          start.function,
        ],
      });
    }
    durationAxis(pen, x, bottom, { left, right });
    if (atMs !== undefined)
      pen.line(
        [
          [x(atMs), 0],
          [x(atMs), bottom],
        ],
        'ink',
        1.6,
      );
    return { marks };
  };
