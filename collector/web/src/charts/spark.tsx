import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { TimelineAnswer } from '../api/answers.ts';
import { paint } from '../canvas/chart.tsx';
import type { Draw } from '../canvas/chart.tsx';
import { useTheme } from '../theme.ts';
import { count, day } from '../words.ts';

const WIDTH = 146;
const HEIGHT = 32;

/** Heights are square roots, so that one call is visible beside a thousand; cold ones hang below. */
const drawSpark =
  ({ buckets }: TimelineAnswer): Draw =>
  (pen) => {
    const most = Math.max(1, ...buckets.map(({ cold, warm, unknown }) => cold + warm + unknown));
    const mostCold = Math.max(1, ...buckets.map(({ cold }) => cold));
    const step = WIDTH / buckets.length;
    const wide = Math.max(1, step - 0.8);
    for (const [index, { cold, warm, unknown }] of buckets.entries()) {
      const calls = Math.sqrt((cold + warm + unknown) / most) * 20;
      if (calls > 0) pen.rect(index * step, 21 - calls, wide, calls, 'warm');
      const below = Math.sqrt(cold / mostCold) * 9;
      if (below > 0) pen.rect(index * step, 22, wide, below, 'cold');
    }
    pen.rect(0, 21, WIDTH, 1, 'rule');
    return { marks: [] };
  };

/** Calls and cold starts of a function over the range. */
export function Spark({
  timeline,
  utc,
}: {
  readonly timeline: TimelineAnswer | undefined;
  readonly utc: boolean;
}): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    if (!canvas.current) return;
    canvas.current.style.width = `${WIDTH}px`;
    canvas.current.style.height = `${HEIGHT}px`;
    paint(canvas.current, timeline ? drawSpark(timeline) : () => ({ marks: [] }), {
      width: WIDTH,
      height: HEIGHT,
    });
  }, [timeline, theme]);
  const calls =
    timeline?.buckets.reduce((sum, { cold, warm, unknown }) => sum + cold + warm + unknown, 0) ?? 0;
  const cold = timeline?.buckets.reduce((sum, bucket) => sum + bucket.cold, 0) ?? 0;
  const since = timeline ? `, since ${day(Date.parse(timeline.from), utc)}` : '';
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={`${count(calls)} calls, ${count(cold)} cold${since}`}
      title={`Calls${since}: height is the square root of the count; cold starts hang below`}
    />
  );
}
