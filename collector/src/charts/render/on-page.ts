/** A picture as the report and the viewer of share links show it: HTML around one drawing in light and dark. */
import type { ChartContext, Picture, Table } from '../picture.ts';
import { LIGHT } from '../tokens.ts';
import { legendSvg } from './frame.ts';
import { inAnyTheme } from './recolour.ts';
import type { DrawSvg } from './svg.ts';
import { element } from './xml.ts';

export const ON_PAGE: ChartContext = { tokens: LIGHT, width: 900 };

/** Most rows written of a table; the charts contain all. */
export const MOST_ROWS = 500;

/** The legend, and the drawing below it. @param id of the picture; the element with its verdict has `ID-verdict` */
export function onPageSvg(draw: DrawSvg, picture: Picture, id: string): string {
  const { width } = ON_PAGE;
  const legend = legendSvg(picture.legend, width, ON_PAGE);
  return inAnyTheme(
    element(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        viewBox: `0 0 ${width} ${legend.height + picture.height}`,
        role: 'img',
        'aria-labelledby': `${id}-verdict`,
      },
      legend.svg,
      element('g', { transform: `translate(0 ${legend.height})` }, draw(picture, ON_PAGE, id)),
    ),
  );
}

/** The head of a column, with its unit. */
export const columnWords = ({ label, unit }: Table['columns'][number]): string =>
  unit === undefined || unit === '1' ? label : `${label}, ${unit}`;
