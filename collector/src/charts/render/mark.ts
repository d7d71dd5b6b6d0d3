import { hatchPath } from '../hatch.ts';
import type { Mark } from '../picture.ts';
import type { Tokens } from '../tokens.ts';
import { element } from './xml.ts';

export const MARK_WIDTH = 18;

type DrawMark = (colour: string, tokens: Tokens) => string;

const path = (d: string, stroke: string, width: number, dash?: string): string =>
  element('path', { d, stroke, 'stroke-width': width, fill: 'none', 'stroke-dasharray': dash });
const line: DrawMark = (colour) => path('M1 6H17', colour, 2);

const MARKS: Readonly<Record<Mark, DrawMark>> = {
  dot: (fill) => element('circle', { cx: 9, cy: 6, r: 2.5, fill }),
  ring: (stroke, { card }) =>
    element('circle', { cx: 9, cy: 6, r: 3.5, fill: card, stroke, 'stroke-width': 1.8 }),
  diamond: (fill) => element('path', { d: 'M9 1L14 6L9 11L4 6Z', fill }),
  triangle: (fill) => element('path', { d: 'M9 1L14 10H4Z', fill }),
  cross: (colour) => path('M5 2L13 10M13 2L5 10', colour, 1.8),
  tick: (colour) => path('M9 0V12', colour, 2),
  bar: (fill) => element('rect', { x: 2, y: 1, width: 14, height: 10, rx: 1, fill }),
  thin: (fill, { warm }) =>
    element('rect', { x: 1, y: 4, width: 16, height: 4, fill, stroke: warm, 'stroke-width': 0.8 }),
  hatch: (colour) => path(hatchPath(2, 1, 14, 10, 4), colour, 1),
  'pale-hatch': (colour) => path(hatchPath(2, 1, 14, 10, 5), colour, 0.8),
  line,
  dashed: (colour) => path('M1 6H17', colour, 2, '5 3'),
  dotted: (colour) => path('M1 6H17', colour, 1.5, '1.5 3'),
  band: (fill, tokens) =>
    element('rect', { x: 1, y: 1, width: 16, height: 10, fill, 'fill-opacity': 0.2 }) + line(fill, tokens),
  whisker: (colour) =>
    path('M9 0V12', colour, 1.6) + element('circle', { cx: 9, cy: 6, r: 2.8, fill: colour }),
};

/** A mark of the legend, in a box of {@link MARK_WIDTH} × {@link MARK_HEIGHT} with a corner at the origin. */
export const markSvg = (mark: Mark, colour: string, tokens: Tokens): string => MARKS[mark](colour, tokens);
