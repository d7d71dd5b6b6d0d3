import type { ReactNode } from 'react';
import type { ColdStartsAnswer, FunctionSummary, TimelineAnswer } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { paint } from '../canvas/chart.tsx';
import type { Draw } from '../canvas/chart.tsx';
import { Spark } from '../charts/spark.tsx';
import { Chip, HOST_KNOWLEDGE } from '../frame/chip.tsx';
import { To } from '../frame/to.tsx';
import { go, onPage, withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import type { TimeRange } from '../range.ts';
import { useTheme } from '../theme.ts';
import { ENOUGH_CALLS, placeWords } from '../verdicts.ts';
import { count, counted, duration, interval, share } from '../words.ts';
import { COLUMNS, placeOf, VALUE } from './function-rows.ts';
import type { Row } from './function-rows.ts';
import { SinceLastWeek, useTwoWeeks } from './since-last-week.tsx';
import type { Timelines } from './use-timelines.ts';

interface TableProps {
  readonly rows: readonly Row[];
  readonly sort: string;
  readonly place: Place;
  readonly timelines: Timelines;
  readonly range: TimeRange;
}

/** Every function, one row each. */
export function FunctionsTable({ rows, sort, place, timelines, range }: TableProps): ReactNode {
  const weeks = useTwoWeeks(range);
  const most = Math.max(0, ...rows.map(({ waited }) => waited ?? 0));
  const isDown = sort.startsWith('-');
  const by = isDown ? sort.slice(1) : sort;
  return (
    <div
      className="scroll"
      tabIndex={0}
      role="region"
      aria-label="Functions, a table"
      aria-busy={timelines.isLoading || undefined}
    >
      <table className="data">
        <thead>
          <tr>
            {COLUMNS.map(({ key, words, ...column }) => (
              <th
                key={key}
                scope="col"
                {...('hint' in column && { title: column.hint })}
                className={
                  key === 'scale'
                    ? 'pre'
                    : 'isText' in column || key === 'hosts' || key === 'spark'
                      ? undefined
                      : 'num'
                }
                {...(by === key && {
                  'aria-sort': isDown ? ('descending' as const) : ('ascending' as const),
                })}
              >
                {VALUE[key] ? (
                  <button
                    type="button"
                    onClick={() =>
                      go(withQuery(place, { sort: by === key && isDown ? key : `-${key}` }), true)
                    }
                  >
                    {words} {by === key ? (isDown ? '▼' : '▲') : ''}
                  </button>
                ) : (
                  words
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <FunctionRow
              key={row.summary.function}
              row={row}
              rows={rows}
              most={most}
              place={place}
              timeline={timelines.of.get(row.summary.function)}
              range={range}
              weeks={weeks}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly most: number;
  readonly place: Place;
  readonly timeline: TimelineAnswer | undefined;
  readonly range: TimeRange;
  readonly weeks: Answer<ColdStartsAnswer>;
}

function FunctionRow({ row, rows, most, place, timeline, range, weeks }: RowProps): ReactNode {
  const { summary, deployments, waited, perSandbox } = row;
  const { coldRate, coldStart, errors, lostSpans } = summary;
  const there = placeOf(place, summary.function, rows);
  const isEnough = coldRate.n >= ENOUGH_CALLS;
  return (
    <tr onClick={() => go(there)}>
      <td className="name">
        <To place={there} className="cut">
          <bdi title={summary.function}>{summary.function}</bdi>
        </To>
        <span className="second cut">
          {deployments.length > 1
            ? `${deployments.length} places`
            : deployments[0]
              ? placeWords(deployments[0])
              : ' '}
        </span>
      </td>
      <td className="num calls">
        {count(summary.invocations)}
        <span className="second">
          {count(errors)} failed{lostSpans !== undefined && lostSpans > 0 && `, ${count(lostSpans)} lost`}
        </span>
      </td>
      <td className="num rate">
        {isEnough ? <b>{share(coldRate.value ?? 0)}</b> : <span className="dim">not enough yet</span>}
        <span className="second">
          {isEnough ? interval(coldRate.low, coldRate.high, share) : `${coldRate.n} of ${ENOUGH_CALLS} calls`}
        </span>
      </td>
      <td className="only-wide">
        {isEnough && <RateScale low={coldRate.low} high={coldRate.high} value={coldRate.value ?? 0} />}
      </td>
      <td className="num cost">
        {coldStart ? duration(coldStart.costMs) : <span className="dim">unknown</span>}
        <span className="second">
          {coldStart
            ? `p99 ${duration(coldStart.initMs.p99)} start-up`
            : coldRate.n === 0
              ? 'start not told'
              : summary.cold === 0
                ? 'none was cold'
                : 'no start-up time'}
        </span>
      </td>
      <td className="num waited">
        {waited === undefined ? <span className="dim">unknown</span> : duration(waited)}
        <WaitBar part={most === 0 ? 0 : (waited ?? 0) / most} />
      </td>
      <td className="num only-wide">
        {perSandbox === undefined ? (
          <span className="dim">no ids</span>
        ) : perSandbox >= 100 ? (
          count(Math.round(perSandbox))
        ) : (
          perSandbox.toFixed(1)
        )}
      </td>
      <td className="num only-wide">
        {summary.alive === undefined ? <span className="dim">no ids</span> : count(summary.alive)}
      </td>
      <td className="hosts">
        <Hosts summary={summary} />
      </td>
      <td className="spark">
        <Spark timeline={timeline} utc={place.query.get('tz') === 'utc'} />
      </td>
      {/* Its link leads elsewhere than the row. */}
      <td className="week" onClick={(event) => event.stopPropagation()}>
        <SinceLastWeek
          answer={weeks}
          name={summary.function}
          range={range}
          there={onPage(there, 'cold-starts')}
        />
      </td>
    </tr>
  );
}

function Hosts({
  summary: { hosts, hostConfidence, hops },
}: {
  readonly summary: FunctionSummary;
}): ReactNode {
  const known = HOST_KNOWLEDGE[hostConfidence];
  if (hosts === undefined)
    return (
      <>
        <span className="dim">not identifiable here</span>
        <span className="second">
          {hostConfidence === 'class' ? 'own kernel per sandbox' : 'no host shows through'}
        </span>
      </>
    );
  return (
    <>
      <Chip how={known?.how ?? 'none'}>{counted(hosts, 'host')}</Chip>
      {hops !== undefined && <span className="second">{counted(hops, 'hop')}</span>}
    </>
  );
}

/** A canvas of a fixed size in a cell. */
function CellCanvas({
  draw,
  width,
  height,
}: {
  readonly draw: Draw;
  readonly width: number;
  readonly height: number;
}): ReactNode {
  const theme = useTheme();
  return (
    <canvas
      key={theme}
      aria-hidden="true"
      ref={(canvas) => {
        if (!canvas) return;
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
        paint(canvas, draw, { width, height });
      }}
    />
  );
}

/** The rate with its interval, logarithmic from 0.1 to 100 %. */
function RateScale({
  low,
  high,
  value,
}: {
  readonly low: number;
  readonly high: number;
  readonly value: number;
}): ReactNode {
  const x = (rate: number): number => 6 + ((Math.log10(Math.max(0.001, rate)) + 3) / 3) * 78;
  return (
    <CellCanvas
      width={90}
      height={16}
      draw={(pen) => {
        pen.rect(6, 8, 78, 1, 'rule');
        for (const mark of [0.001, 0.01, 0.1, 1]) pen.rect(x(mark), 4, 1, 9, 'rule');
        pen.bar(x(low), 6, Math.max(2, x(high) - x(low)), 5, 'cold3', 'cold2');
        pen.diamond(x(value), 8.5, 4.5);
        return { marks: [] };
      }}
    />
  );
}

function WaitBar({ part }: { readonly part: number }): ReactNode {
  return (
    <svg className="second" width="84" height="6" aria-hidden="true">
      <rect x={84 - 84 * part} y="1" width={84 * part} height="4" rx="1" fill="var(--cold)" />
    </svg>
  );
}
