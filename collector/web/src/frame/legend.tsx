import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { paint } from '../canvas/chart.tsx';
import type { Draw } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { useTheme } from '../theme.ts';

export interface LegendEntry {
  readonly mark:
    | 'dot'
    | 'diamond'
    | 'triangle'
    | 'cross'
    | 'tick'
    | 'flag'
    | 'bar'
    | 'thin'
    | 'hair'
    | 'hatch'
    | 'pale-hatch'
    | 'line'
    | 'dashed'
    | 'dotted'
    | 'box'
    | 'under';
  readonly colour: Token;
  readonly label: string;
  /** Whether the picture has such a mark; default true. An entry for a missing mark makes people search for it. */
  readonly occurs?: boolean;
}

const drawMark =
  ({ mark, colour }: LegendEntry): Draw =>
  (pen, { width, height }) => {
    const [x, y] = [width / 2, height / 2];
    if (mark === 'dot') pen.dot(x, y, 3, colour);
    else if (mark === 'diamond') pen.diamond(x, y, 5, colour);
    else if (mark === 'triangle') pen.triangle(x, y, 5, colour);
    else if (mark === 'cross') pen.cross(x, y, 3.5, colour);
    else if (mark === 'tick' || mark === 'flag') pen.tick(x, y, 11, mark === 'flag');
    else if (mark === 'bar')
      pen.bar(2, 2, width - 4, height - 4, colour, colour === 'warm2' ? 'warm' : undefined);
    else if (mark === 'thin') pen.bar(1, y - 2, width - 2, 4, colour, 'warm');
    else if (mark === 'hair') pen.rect(0, y - 0.5, width, 1, colour);
    else if (mark === 'hatch') pen.hatch(1, 1, width - 2, height - 2, colour, colour);
    else if (mark === 'pale-hatch') pen.hatch(1, 1, width - 2, height - 2, 'rule', 'rule');
    else if (mark === 'under') pen.rect(1, y, width - 2, 2, colour);
    else if (mark === 'box') pen.box(1, 1, width - 2, height - 2, colour, [2, 2]);
    else
      pen.line(
        [
          [0, y],
          [width, y],
        ],
        colour,
        2,
        mark === 'dashed' ? [5, 3] : mark === 'dotted' ? [1.5, 2.5] : [],
      );
    return { marks: [] };
  };

function Sample({ entry }: { readonly entry: LegendEntry }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, drawMark(entry), { width: 20, height: 12 });
  }, [entry, theme]);
  return <canvas ref={canvas} aria-hidden="true" />;
}

/** Only the marks that occur. */
export const occurring = (entries: readonly LegendEntry[]): readonly LegendEntry[] =>
  entries.filter(({ occurs = true }) => occurs);

/** What the marks mean, and how many of all are drawn. */
export function Legend({
  entries,
  note,
}: {
  readonly entries: readonly LegendEntry[];
  readonly note?: string | undefined;
}): ReactNode {
  return (
    <div className="legend">
      {entries.map((entry) => (
        <span key={`${entry.mark} ${entry.label}`} className="item">
          <Sample entry={entry} />
          <bdi>{entry.label}</bdi>
        </span>
      ))}
      {note !== undefined && <span>{note}</span>}
    </div>
  );
}
