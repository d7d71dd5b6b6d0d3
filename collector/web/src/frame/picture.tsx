import { useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Answer } from '../api/use-answer.ts';
import { heightAt } from '../canvas/chart.tsx';
import type { Draw, Height } from '../canvas/chart.tsx';
import { usePlace } from '../location.ts';
import { moment } from '../words.ts';
import { ApiCall } from './api-call.tsx';
import { withCode } from './code.tsx';
import { Legend, occurring } from './legend.tsx';
import type { LegendEntry } from './legend.tsx';
import { save, toCsv, toPng } from './save.ts';
import { StateOf } from './states.tsx';
import { DataTable } from './table.tsx';
import type { Table } from './table.tsx';

export interface Evidence {
  readonly n: string;
  readonly interval?: string | undefined;
  readonly complete?: string | undefined;
  readonly restsOn: string;
  /** What was not observed or not reported. */
  readonly missing?: string | undefined;
  readonly wrongIf?: string | undefined;
}

interface Props {
  /** Name of the saved files. */
  readonly name: string;
  readonly question: string;
  /** One sentence with the most important number. */
  readonly verdict: string;
  readonly more?: string | undefined;
  readonly answer: Answer<unknown>;
  readonly table: Table;
  readonly evidence?: Evidence | undefined;
  readonly chips?: ReactNode;
  readonly controls?: ReactNode;
  readonly legend?: readonly LegendEntry[];
  readonly note?: string | undefined;
  /** For the PNG; absent if the picture is a table. */
  readonly png?: { readonly draw: Draw; readonly height: Height; readonly width?: number };
  readonly isSmall?: boolean;
  /** Shown in place of the picture: what is missing. */
  readonly instead?: ReactNode;
  readonly className?: string;
  readonly children?: ReactNode;
}

/** Question, answer, picture, evidence; and the same data as table, CSV, PNG and API call. */
export function Picture(props: Props): ReactNode {
  const {
    name,
    question,
    verdict,
    more,
    answer,
    table,
    evidence,
    chips,
    controls,
    note,
    png,
    isSmall = false,
    instead,
    className = '',
    children,
  } = props;
  const [isTable, setIsTable] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const card = useRef<HTMLElement>(null);
  const id = useId();
  const utc = usePlace().query.get('tz') === 'utc';
  const hasData = answer.data !== undefined;
  const legend = occurring(props.legend ?? []);
  const isPicture = !isTable && instead === undefined;
  // If the head holds more than a question, its actions are short.
  const isShort = isSmall || (chips !== undefined && controls !== undefined);

  const savePng = async (): Promise<void> => {
    if (!png) return;
    const width = png.width ?? Math.max(480, card.current?.querySelector('.body')?.clientWidth ?? 960);
    save(
      `${name}.png`,
      await toPng({
        question,
        verdict,
        evidence: evidenceLines(evidence),
        draw: png.draw,
        width,
        height: heightAt(png.height, width),
      }),
    );
  };
  const acts = (
    <>
      <button type="button" onClick={() => setIsTable(!isTable)} aria-pressed={isTable} data-key="t">
        {isTable ? 'Picture' : isShort ? 'Table' : 'Show as table'}
      </button>
      <button
        type="button"
        onClick={() => save(`${name}.csv`, new Blob([toCsv(table)], { type: 'text/csv' }))}
      >
        CSV
      </button>
      {png && (
        <button type="button" onClick={() => void savePng()}>
          PNG
        </button>
      )}
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {isShort ? 'API' : 'API call'}
      </button>
    </>
  );

  return (
    <section
      ref={card}
      className={`card ${isSmall ? 'small' : ''} ${answer.isOld && hasData ? 'is-old' : ''} ${className}`}
      aria-labelledby={id}
      data-picture={name}
    >
      <div className="head">
        <p className="question">{question}</p>
        {chips}
        {controls}
        <div className="acts">{acts}</div>
        <details className="fold menu">
          <summary aria-label={`More of: ${question}`}>⋯</summary>
          <div className="sheet">{acts}</div>
        </details>
      </div>
      <h2 className="verdict" id={id}>
        {hasData ? verdict : answer.error ? 'The answer could not be loaded.' : 'Reading…'}
        {hasData && more !== undefined && <span className="more"> {more}</span>}
      </h2>
      {hasData && isPicture && (legend.length > 0 || note !== undefined) && (
        <Legend entries={legend} note={note} />
      )}
      <div className="body grow">
        <StateOf answer={answer}>
          {isTable ? <DataTable table={table} label={question} /> : (instead ?? children)}
        </StateOf>
      </div>
      {evidence && hasData && (
        <div className={isOpen ? 'evidence is-open' : 'evidence'} onClick={() => setIsOpen(!isOpen)}>
          <span>
            <b>n</b> {evidence.n}
          </span>
          {evidence.interval !== undefined && (
            <span>
              <b>95 %</b> {evidence.interval}
            </span>
          )}
          {evidence.complete !== undefined && (
            <span>
              <b>complete</b> {evidence.complete}
            </span>
          )}
          <span className="rest">
            <b>rests on</b> {withCode(withTimes(evidence.restsOn, utc))}
          </span>
          {evidence.missing !== undefined && (
            <span className="rest">
              <b>missing</b> {withCode(evidence.missing)}
            </span>
          )}
          {evidence.wrongIf !== undefined && (
            <span className="rest">
              <b>would be wrong if</b> {withCode(evidence.wrongIf)}
            </span>
          )}
        </div>
      )}
      <ApiCall dialog={dialog} url={answer.url} data={answer.data} />
    </section>
  );
}

/** Answers name times as in the API; people read them in their own zone. */
const withTimes = (text: string, utc: boolean): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => moment(Date.parse(time), utc));

function evidenceLines(evidence: Evidence | undefined): string[] {
  if (!evidence) return [];
  const { n, interval, complete, restsOn, missing, wrongIf } = evidence;
  return [
    `n ${n}`,
    ...(interval === undefined ? [] : [`95 % ${interval}`]),
    ...(complete === undefined ? [] : [`complete ${complete}`]),
    `rests on ${restsOn}`,
    ...(missing === undefined ? [] : [`missing ${missing}`]),
    ...(wrongIf === undefined ? [] : [`would be wrong if ${wrongIf}`]),
  ];
}
