import type { ReactNode } from 'react';
import { PAGES } from '../../../src/web/page-list.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import type { Draw, Height } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import type { IntervalAxis, IntervalRow } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { To } from '../frame/to.tsx';
import { onPage } from '../location.ts';
import type { PageName } from '../location.ts';
import { useScope } from './use-scope.ts';

const HEIGHT = 150;

interface CardProps {
  readonly page: PageName;
  readonly verdict: string;
  readonly answer: Answer<unknown>;
  /** Absent if there is nothing to draw: the sentence says why. */
  readonly draw: Draw | undefined;
  readonly height?: Height;
  /** Shown in place of the picture: what is missing. */
  readonly instead?: ReactNode;
  readonly rows?: readonly (readonly (string | number | undefined)[])[];
  readonly columns?: readonly string[];
}

/** A page in small: its title, its sentence, its picture, and a link. */
export function Card({
  page,
  verdict,
  answer,
  draw,
  height = HEIGHT,
  instead,
  rows = [],
  columns = ['What', 'Value', 'Low', 'High'],
}: CardProps): ReactNode {
  const { place } = useScope();
  const { words, letter } = PAGES.find(({ name }) => name === page) ?? { words: page };
  return (
    <Picture
      name={page}
      question={words}
      verdict={verdict}
      isSmall
      answer={answer}
      chips={
        <To className="link" place={onPage(place, page)}>
          Open <span className="visually-hidden">{words}</span> <kbd>{letter}</kbd>
        </To>
      }
      {...(draw && { png: { draw, height } })}
      table={{ columns: columns.map((label) => ({ label })), rows }}
      {...(!draw && instead !== undefined && { instead })}
    >
      {draw && <Chart draw={draw} height={height} label={verdict} />}
    </Picture>
  );
}

const MOST_ROWS = 3;

/** Rows of intervals, as many as fit into a small picture. */
export function IntervalCard({
  rows,
  axis,
  ...rest
}: Omit<CardProps, 'draw' | 'rows'> & {
  readonly rows: readonly IntervalRow[];
  readonly axis: IntervalAxis;
}): ReactNode {
  const shown = rows.slice(0, MOST_ROWS);
  return (
    <Card
      {...rest}
      draw={shown.length === 0 ? undefined : drawIntervals(shown, axis)}
      height={intervalsHeight(shown.length)}
      rows={rows.map(({ label, value, low, high }) => [label, value, low, high])}
    />
  );
}
