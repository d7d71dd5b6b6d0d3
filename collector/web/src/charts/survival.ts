import type { SurvivalEntry } from '../api/answers.ts';
import { drawLines, durationAxis, linear } from '../canvas/axes.ts';
import type { Draw } from '../canvas/chart.tsx';
import { duration, interval, share } from '../words.ts';

export const SURVIVAL_HEIGHT = 380;

/** The share of idle sandboxes that still exist, with its band, as far as observed, and a ping interval. */
export const drawSurvival =
  ({ curve: learnt, keepAlive }: SurvivalEntry, ping: number | undefined): Draw =>
  (pen, { width, height }) => {
    // At idle time zero, all of them exist.
    const curve = [{ idleMs: 0, kept: 1, low: 1, high: 1 }, ...learnt];
    const [left, right, bottom] = [54, width - 16, height - 40];
    const learntMs = curve.at(-1)?.idleMs ?? 1;
    const x = linear(0, learntMs * 1.18, left, right);
    const y = linear(0, 1, bottom, 12);
    drawLines(pen, y, [0, 0.25, 0.5, 0.75, 1], { left, right }, share);
    pen.hatch(x(learntMs), 12, right - x(learntMs), bottom - 12, 'rule');
    pen.text('not learnt', (x(learntMs) + right) / 2, 34, { align: 'center', halo: true });
    const at = (key: 'kept' | 'low' | 'high'): [number, number][] =>
      curve.map((point) => [x(point.idleMs), y(point[key])]);
    pen.band(at('high'), at('low'), 'cold');
    pen.line(at('kept'), 'cold', 2.2);
    const { valueMs } = keepAlive;
    if (valueMs !== undefined && valueMs <= learntMs) {
      pen.line(
        [
          [x(valueMs), y(0.5)],
          [x(valueMs), bottom],
        ],
        'line',
        1,
        [2, 3],
      );
      const said = `half after ${duration(valueMs)}`;
      // Above and to the right of the curve there is free space, unless it is too narrow.
      const isRight = x(valueMs) + 8 + pen.measure(said, 11, true) <= width;
      pen.text(said, x(valueMs) + (isRight ? 8 : -8), y(0.5) + (isRight ? -12 : 14), {
        align: isRight ? 'left' : 'right',
        isBold: true,
        colour: 'cold',
        halo: true,
      });
    }
    if (ping !== undefined && ping <= learntMs) {
      pen.line(
        [
          [x(ping), 12],
          [x(ping), bottom],
        ],
        'ink',
        1.6,
      );
      const label = `ping ${duration(ping)}`;
      const half = pen.measure(label, 11, true) / 2 + 7;
      pen.bar(x(ping) - half, bottom * 0.8 - 10, 2 * half, 20, 'ink');
      pen.text(label, x(ping), bottom * 0.8, { align: 'center', colour: 'card', isBold: true });
    }
    durationAxis(pen, x, bottom, { left, right });
    pen.text('idle time of a sandbox', (left + right) / 2, height - 8, { align: 'center' });
    return {
      marks: curve.map(({ idleMs, kept, low, high }) => ({
        x: x(idleMs),
        y: y(kept),
        // Pointing anywhere above or below the curve shows its value there.
        halfHeight: height,
        kind: 'other' as const,
        says: () => [
          `${share(kept)} are still there`,
          `after ${duration(idleMs)} idle`,
          `95 %: ${interval(low, high, share)}`,
        ],
      })),
    };
  };
