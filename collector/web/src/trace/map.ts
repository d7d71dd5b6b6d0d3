import { linear } from '../canvas/axes.ts';
import type { Draw } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { duration } from '../words.ts';
import type { Trace, TraceSpan } from './spans.ts';

/** The topic of a span, as a colour. */
export const COLOURS: Readonly<Record<TraceSpan['what'], Token>> = {
  start: 'cold',
  code: 'warm',
  io: 'c1',
  telemetry: 'c3',
  caller: 'c0',
};

export const mapHeight = ({ spans }: Trace): number => Math.min(58, 14 + 6 * spans.length);

/** All spans in one strip; hatched after the answer. */
export const drawMap =
  (trace: Trace): Draw =>
  (pen, { width, height }) => {
    const x = linear(0, trace.totalMs, 1, width - 1);
    pen.rect(0, 0, width, height, 'sunk');
    if (trace.answeredMs < trace.totalMs * 0.995) pen.hatch(x(trace.answeredMs), 0, width, height, 'rule');
    const row = Math.min(6, (height - 10) / trace.spans.length);
    for (const [index, span] of trace.spans.entries()) {
      const colour = span.failed ? 'err' : COLOURS[span.what];
      pen.rect(
        x(span.startMs),
        6 + index * row,
        Math.max(1.5, x(span.endMs) - x(span.startMs)),
        Math.max(1, row - 1.5),
        colour,
      );
    }
    if (trace.answeredMs < trace.totalMs * 0.97) {
      pen.line(
        [
          [x(trace.answeredMs), 0],
          [x(trace.answeredMs), height],
        ],
        'ink',
        1,
        [2, 2],
      );
      const isLeft = x(trace.answeredMs) > width - 130;
      pen.text('caller has the answer', x(trace.answeredMs) + (isLeft ? -5 : 5), 9, {
        isBold: true,
        colour: 'ink',
        align: isLeft ? 'right' : 'left',
        halo: true,
      });
    }
    return {
      marks: trace.spans.map((span, index) => ({
        x: (x(span.startMs) + x(span.endMs)) / 2,
        y: 6 + index * row + row / 2,
        halfWidth: (x(span.endMs) - x(span.startMs)) / 2,
        halfHeight: Math.max(0.5, row / 2 - 1),
        kind: span.failed ? ('failed' as const) : ('other' as const),
        says: () => [`${span.name}: ${duration(span.endMs - span.startMs)}`, span.service],
      })),
    };
  };
