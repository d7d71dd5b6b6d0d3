import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type {
  Deployment,
  FunctionSummary,
  FunctionsAnswer,
  ReuseAnswer,
  TimelineAnswer,
} from '../api/answers.ts';
import { get, urlOf } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Chart, paint } from '../canvas/chart.tsx';
import type { Draw, Mark } from '../canvas/chart.tsx';
import { linear } from '../canvas/axes.ts';
import { Spark } from '../charts/spark.tsx';
import { Chip, HOST_KNOWLEDGE } from '../frame/chip.tsx';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { To } from '../frame/rail.tsx';
import { save, toCsv } from '../frame/save.ts';
import { StateOf } from '../frame/states.tsx';
import type { Table } from '../frame/table.tsx';
import { go, onPage, withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import { useTheme } from '../theme.ts';
import { completenessWords, ENOUGH_CALLS, overviewVerdict, placeWords, waitedMs } from '../verdicts.ts';
import { count, counted, duration, interval, share } from '../words.ts';
import { useScope } from '../parts/use-scope.ts';

interface Row {
  readonly summary: FunctionSummary;
  readonly deployments: readonly Deployment[];
  readonly waited: number | undefined;
  /** Absent where the spans name no sandbox. */
  readonly perSandbox: number | undefined;
}

const COLUMNS = [
  { key: 'function', words: 'Function', isText: true },
  { key: 'calls', words: 'Calls' },
  { key: 'cold', words: 'Cold rate' },
  { key: 'scale', words: '0.1    1    10  %' },
  { key: 'cost', words: 'A cold start costs caller' },
  { key: 'waited', words: 'Callers waited in all' },
  { key: 'reuse', words: 'Calls a sandbox' },
  { key: 'alive', words: 'Alive now' },
  { key: 'hosts', words: 'Hosts' },
  { key: 'spark', words: 'Calls and colds' },
] as const;
type SortKey = (typeof COLUMNS)[number]['key'];

const VALUE: Partial<Record<SortKey, (row: Row) => number | string>> = {
  function: ({ summary }) => summary.function,
  calls: ({ summary }) => summary.invocations,
  cold: ({ summary }) => summary.coldRate.value ?? -1,
  cost: ({ summary }) => summary.coldStart?.costMs ?? -1,
  waited: ({ waited }) => waited ?? -1,
  reuse: ({ perSandbox }) => perSandbox ?? -1,
  alive: ({ summary }) => summary.alive ?? -1,
  hosts: ({ summary }) => summary.hosts ?? -1,
};

/** Who waits for cold starts? Every function, most waiting first. */
export function Page(): ReactNode {
  const { place, range, query, utc } = useScope();
  const { function: _, region: _region, ...all } = query;
  const answer = useAnswer<FunctionsAnswer>(urlOf('functions', all), range.isLive);
  const reuse = useAnswer<ReuseAnswer>(urlOf('reuse', all), false);
  const { data } = answer;
  const rows = useMemo(() => rowsOf(data?.functions ?? [], reuse.data), [data, reuse.data]);
  const sort = place.query.get('sort') ?? '-waited';
  const wanted = place.query.get('q') ?? '';
  const shown = useMemo(
    () =>
      sorted(rows, sort).filter(({ summary }) =>
        summary.function.toLowerCase().includes(wanted.toLowerCase()),
      ),
    [rows, sort, wanted],
  );
  const timelines = useTimelines(shown, all, range.isLive);
  const bar = useMemo(() => drawWaiting(rows, (name) => go(placeOf(place, name, rows))), [rows, place]);

  if (data && data.total.invocations === 0 && !answer.isOld) return <FirstRun />;
  const total = data?.total;
  const complete = total && completenessWords(total.invocations, total.lostSpans);
  const table = {
    columns: [
      { label: 'Function' },
      { label: 'Calls' },
      { label: 'Failed' },
      { label: 'Lost' },
      { label: 'Cold' },
      { label: 'Cold rate', unit: '1' },
      { label: 'Low', unit: '1' },
      { label: 'High', unit: '1' },
      { label: 'A cold start costs', unit: 'ms' },
      { label: 'Callers waited', unit: 'ms' },
      { label: 'Calls a sandbox' },
      { label: 'Alive' },
      { label: 'Hosts' },
      { label: 'How hosts are known' },
    ],
    rows: shown.map(({ summary, waited, perSandbox }) => [
      summary.function,
      summary.invocations,
      summary.errors,
      summary.lostSpans,
      summary.cold,
      summary.coldRate.value,
      summary.coldRate.low,
      summary.coldRate.high,
      summary.coldStart?.costMs,
      waited,
      perSandbox,
      summary.alive,
      summary.hosts,
      HOST_KNOWLEDGE[summary.hostConfidence]?.words,
    ]),
  };
  return (
    <>
      <div className="page-head">
        <p className="question">Who waits for cold starts?</p>
        <h1>{data ? overviewVerdict(data, Math.max(Date.parse(data.from), 0), utc) : 'Reading…'}</h1>
      </div>
      <Picture
        name="waiting"
        question="Waiting felt by callers, by function"
        verdict={waitingVerdict(rows)}
        isSmall
        answer={answer}
        table={{
          columns: [{ label: 'Function' }, { label: 'Callers waited', unit: 'ms' }],
          rows: sorted(rows, '-waited').map(({ summary, waited }) => [summary.function, waited]),
        }}
        png={{ draw: bar, height: 40 }}
        evidence={
          total && {
            n: `${count(total.invocations)} calls, ${counted(data.functions.length, 'function')}`,
            interval:
              total.coldRate.n > 0
                ? `cold rate ${interval(total.coldRate.low, total.coldRate.high, share)}`
                : undefined,
            complete,
            restsOn:
              'start flags, ordinals, what functions tell of their start-up; what the platform does before comes on top',
          }
        }
      >
        <Chart draw={bar} height={40} label={waitingVerdict(rows)} />
      </Picture>
      <section className="card functions" aria-label="Functions" data-picture="functions">
        <div className="tools">
          <input
            className="control"
            type="search"
            placeholder="Filter functions…"
            aria-label="Filter functions"
            value={wanted}
            onChange={({ target: { value } }) =>
              go(withQuery(place, { q: value === '' ? undefined : value }), true)
            }
          />
          <label>
            <span className="visually-hidden">Sort by</span>
            <select
              className="control"
              value={sort}
              onChange={({ target: { value } }) => go(withQuery(place, { sort: value }), true)}
            >
              {COLUMNS.filter(({ key }) => VALUE[key]).map(({ key, words }) => (
                <option key={key} value={key === 'function' ? key : `-${key}`}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          {wanted !== '' && (
            <button
              type="button"
              className="chip"
              onClick={() => go(withQuery(place, { q: undefined }), true)}
            >
              <bdi>{wanted}</bdi> ×
            </button>
          )}
          <FunctionsActions table={table} />
        </div>
        <StateOf answer={answer}>
          <FunctionsTable rows={shown} sort={sort} place={place} timelines={timelines} />
          {shown.length === 0 && wanted !== '' && (
            <p className="state">No function has “{wanted}” in its name: take the filter away.</p>
          )}
          {data?.truncated && (
            <p className="notice">
              There are more functions than are listed here: those with most calls are shown.
            </p>
          )}
        </StateOf>
      </section>
    </>
  );
}

function FunctionsActions({ table }: { readonly table: Table }): ReactNode {
  return (
    <span className="acts">
      <button
        type="button"
        onClick={() => save('functions.csv', new Blob([toCsv(table)], { type: 'text/csv' }))}
      >
        CSV
      </button>
    </span>
  );
}

function rowsOf(functions: readonly FunctionSummary[], reuse: ReuseAnswer | undefined): Row[] {
  return functions.map((summary) => ({
    summary,
    deployments: (reuse?.functions ?? [])
      .filter((entry) => entry.function === summary.function)
      .map(({ deployment }) => deployment),
    waited: waitedMs(summary),
    perSandbox: summary.sandboxes ? summary.invocations / summary.sandboxes : undefined,
  }));
}

function sorted(rows: readonly Row[], sort: string): Row[] {
  const isDown = sort.startsWith('-');
  const value = VALUE[(isDown ? sort.slice(1) : sort) as SortKey] ?? VALUE.waited!;
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order =
      typeof left === 'string' || typeof right === 'string'
        ? String(left).localeCompare(String(right))
        : left - right;
    return (isDown ? -order : order) || (a.summary.function < b.summary.function ? -1 : 1);
  });
}

/** Of a name in one place the whole deployment is the scope; of one in several, the name. */
function placeOf(place: Place, name: string, rows: readonly Row[]): Place {
  const deployments = rows.find(({ summary }) => summary.function === name)?.deployments ?? [];
  const [only] = deployments;
  const scope =
    only && deployments.length === 1
      ? {
          function: name,
          ...(only.platform && { platform: only.platform }),
          ...(only.accountId && { account: only.accountId }),
          ...(only.region && { region: only.region }),
        }
      : { function: name };
  return { ...onPage(place, 'cold-starts'), scope };
}

function waitingVerdict(rows: readonly Row[]): string {
  const [first] = sorted(rows, '-waited');
  const all = rows.reduce((sum, { waited = 0 }) => sum + waited, 0);
  if (!first || all === 0) return 'Nobody waited for a cold start.';
  return `${first.summary.function}: ${duration(first.waited ?? 0)}, ${share((first.waited ?? 0) / all)} of all waiting.`;
}

/** One bar of everything that was waited, darkest what the verdict names. */
const drawWaiting =
  (rows: readonly Row[], open: (name: string) => void): Draw =>
  (pen, { width }) => {
    const some = sorted(rows, '-waited').filter(({ waited }) => (waited ?? 0) > 0);
    const all = some.reduce((sum, { waited = 0 }) => sum + waited, 0);
    const x = linear(0, all || 1, 0, width);
    const marks: Mark[] = [];
    let [sum, named] = [0, 0];
    for (const { summary, waited = 0 } of some) {
      const [left, wide] = [x(sum), x(waited) - 2];
      const isNamed = named < 0.8 * all;
      if (wide >= 1) {
        pen.bar(left, 6, wide, 28, isNamed ? 'cold' : 'cold3', isNamed ? undefined : 'cold2');
        if (wide > 60) {
          const colour = isNamed ? 'card' : 'ink';
          const length = Math.min(pen.measure(summary.function, 11, true), wide - 16);
          pen.text(summary.function, left + 8, 20, { colour, isBold: true, width: wide - 16 });
          if (wide - length > 100) pen.text(duration(waited), left + 18 + length, 20, { colour });
        }
      }
      const name = summary.function;
      marks.push({
        x: left + wide / 2,
        y: 20,
        halfWidth: wide / 2,
        halfHeight: 14,
        kind: 'other',
        open: () => open(name),
        opens: 'its cold starts',
        says: () => [
          name,
          `callers waited ${duration(waited)}, ${share(waited / all)} of all`,
          `${counted(summary.cold, 'cold start')}, ${duration(summary.coldStart?.costMs ?? 0)} each`,
        ],
      });
      sum += waited;
      named += waited;
    }
    return { marks };
  };

/** Sparklines of the rows that are looked at first, a few at a time; anew each half minute while live. */
function useTimelines(
  rows: readonly Row[],
  query: Readonly<Record<string, string | undefined>>,
  isLive: boolean,
): ReadonlyMap<string, TimelineAnswer> {
  const names = rows.slice(0, 40).map(({ summary }) => summary.function);
  const key = `${JSON.stringify(query)} ${names.toSorted().join('\n')}`;
  const [found, setFound] = useState<ReadonlyMap<string, TimelineAnswer>>(new Map());
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setInterval(() => !document.hidden && setRound((before) => before + 1), 30_000);
    return () => clearInterval(timer);
  }, [isLive]);
  useEffect(() => {
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      for (const name of names) {
        const timeline = await get<TimelineAnswer>(
          urlOf('timeline', { ...query, function: name, buckets: 48 }),
          abort.signal,
        ).catch(() => undefined);
        if (abort.signal.aborted) return;
        if (timeline) setFound((before) => new Map(before).set(name, timeline));
      }
    };
    void load();
    return () => abort.abort();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is of all of it
  }, [key, round]);
  return found;
}

interface TableProps {
  readonly rows: readonly Row[];
  readonly sort: string;
  readonly place: Place;
  readonly timelines: ReadonlyMap<string, TimelineAnswer>;
}

function FunctionsTable({ rows, sort, place, timelines }: TableProps): ReactNode {
  const most = Math.max(0, ...rows.map(({ waited }) => waited ?? 0));
  const isDown = sort.startsWith('-');
  const by = isDown ? sort.slice(1) : sort;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Functions, a table">
      <table className="data">
        <thead>
          <tr>
            {COLUMNS.map(({ key, words, ...column }) => (
              <th
                key={key}
                scope="col"
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
              timeline={timelines.get(row.summary.function)}
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
}

function FunctionRow({ row, rows, most, place, timeline }: RowProps): ReactNode {
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
        {coldStart ? duration(coldStart.costMs) : <span className="dim">not told</span>}
        <span className="second">
          {coldStart
            ? `p99 ${duration(coldStart.initMs.p99)} start-up`
            : summary.cold === 0
              ? 'none was cold'
              : 'no start-up time'}
        </span>
      </td>
      <td className="num waited">
        {waited === undefined ? <span className="dim">not told</span> : duration(waited)}
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
        <Spark timeline={timeline} />
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
        <span className="dim">not knowable here</span>
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

/** A pure canvas of a fixed size in a cell. */
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
