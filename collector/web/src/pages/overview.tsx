import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { FunctionsAnswer, ReuseAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useAnswer, useSlowAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawWaiting, waitingVerdict } from '../charts/waiting.ts';
import { HOST_KNOWLEDGE } from '../frame/chip.tsx';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { save, toCsv } from '../frame/save.ts';
import { StateOf } from '../frame/states.tsx';
import type { Table } from '../frame/table.tsx';
import { go, withQuery } from '../location.ts';
import { COLUMNS, placeOf, rowsOf, sorted, VALUE } from '../parts/function-rows.ts';
import { FunctionsTable } from '../parts/functions-table.tsx';
import { InShort } from '../parts/in-short.tsx';
import { useScope } from '../parts/use-scope.ts';
import { useTimelines } from '../parts/use-timelines.ts';
import { completenessWords, overviewVerdict } from '../verdicts.ts';
import { count, counted, interval, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

/** Who waits for cold starts? Every function, most waiting first. */
export function Page(): ReactNode {
  const { place, range, query, utc } = useScope();
  const { function: _, region: _region, ...all } = query;
  const answer = useAnswer<FunctionsAnswer>(urlOf('functions', all), range.isLive);
  const reuse = useSlowAnswer<ReuseAnswer>(urlOf('reuse', all));
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
      ...estimateColumns('Cold rate', '1'),
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
      ...estimateCells(summary.coldRate),
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
              'start flags, ordinals, reported start-up times; the platform’s part where callers are traced',
          }
        }
      >
        <Chart draw={bar} height={40} label={waitingVerdict(rows)} />
      </Picture>
      <InShort rows={rows} place={place} query={all} />
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
          <FunctionsTable rows={shown} sort={sort} place={place} timelines={timelines} range={range} />
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
