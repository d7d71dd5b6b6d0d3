import { amounts, linear, timeAxis } from '../canvas/axes.ts';
import type { Draw } from '../canvas/chart.tsx';
import { overlap } from '../statistics.ts';
import type { Life } from './lifelines.ts';

export const ALIVE_HEIGHT = 96;

/** Number of live sandboxes over time; marks the window that the lifelines show. */
export const drawAlive =
  (
    lives: readonly Life[],
    [fromMs, toMs]: readonly [number, number],
    window: readonly [number, number] | undefined,
    utc: boolean,
  ): Draw =>
  (pen, { width, height }) => {
    const [left, right, bottom] = [8, width - 8, height - 24];
    const x = linear(fromMs, toMs, left, right);
    const { steps, most } = overlap(lives.map(({ firstMs, endMs }) => ({ fromMs: firstMs, toMs: endMs })));
    const { y } = amounts(most, bottom, 8);
    let before = 0;
    const { context } = pen;
    context.beginPath();
    context.moveTo(left, bottom);
    for (const { atMs, n } of steps) {
      const at = Math.max(left, Math.min(right, x(atMs)));
      context.lineTo(at, y(before));
      context.lineTo(at, y(n));
      before = n;
    }
    context.lineTo(right, y(before));
    context.lineTo(right, bottom);
    context.closePath();
    context.fillStyle = pen.colours.warm;
    context.fill();
    if (window) {
      const [start, end] = window.map(x) as [number, number];
      pen.rect(start, 2, end - start, bottom - 2, 'sel', 0.45);
      pen.box(start, 2, end - start, bottom - 2, 'ink');
      for (const at of [start, end]) pen.bar(at - 3, bottom / 2 - 9, 6, 18, 'ink');
    }
    pen.text(`up to ${most} alive`, left + 6, 12, { isBold: true, colour: 'ink', halo: true });
    timeAxis(pen, x, bottom, { left, right }, utc);
    return { marks: [], brush: { left, right, valueAt: x.invert } };
  };
