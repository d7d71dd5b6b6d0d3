import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { EvictionsAnswer, ReuseAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { domainOf } from '../charts/domain.ts';
import { drawEvictions, drawKeepAlive, EVICTIONS_HEIGHT, keepAliveHeight } from '../charts/keep-alive.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { go, onPage } from '../location.ts';
import { causeWords, ENOUGH_DEATHS, evictionsVerdict, keepAliveVerdict, placeWords } from '../verdicts.ts';
import { clock, count, counted, duration, interval, moment, share, shortId } from '../words.ts';
import { Survival } from '../parts/survival.tsx';
import { useScope } from '../parts/use-scope.ts';
import { estimateColumns } from '../frame/table.tsx';

/** How long does an idle sandbox live, and what was evicted? */
export function Page(): ReactNode {
  const { place, query, utc, zoom, zoomOut } = useScope();
  const reuse = useSlowAnswer<ReuseAnswer>(urlOf('reuse', query));
  const evictions = useSlowAnswer<EvictionsAnswer>(urlOf('evictions', { ...query, limit: 500 }));
  const entries = useMemo(
    () =>
      (reuse.data?.functions ?? []).toSorted(
        (a, b) => (b.keepAlive?.expectedDeaths ?? 0) - (a.keepAlive?.expectedDeaths ?? 0),
      ),
    [reuse.data],
  );
  const keepAlive = useMemo(() => drawKeepAlive(entries), [entries]);
  const gone = evictions.data?.evictions ?? [];
  const domain = useMemo(() => {
    const { data } = evictions;
    if (!data) return [0, 1] as const;
    const first = Math.min(...data.evictions.map(({ after }) => Date.parse(after)));
    return domainOf(Date.parse(data.from), Date.parse(data.to), Number.isFinite(first) ? first : undefined);
  }, [evictions.data]);
  const open = useMemo(() => (id: string) => go(onPage(place, 'sandbox', id)), [place]);
  const ends = useMemo(() => drawEvictions(gone, domain, utc, open), [gone, domain, utc, open]);
  if (reuse.data && entries.length === 0 && !reuse.isOld) return <FirstRun />;
  const [first] = entries;
  const known = entries.flatMap(({ keepAlive: kept }) => (kept?.valueMs === undefined ? [] : [kept]));
  const told = gone.filter(({ state }) => state === 'confirmed');
  const deaths = entries.reduce((sum, entry) => sum + (entry.keepAlive?.expectedDeaths ?? 0), 0);
  const verdict =
    entries.length === 1 || deaths < ENOUGH_DEATHS
      ? keepAliveVerdict(first?.keepAlive)
      : manyVerdict(entries);
  return (
    <>
      <Survival />
      {entries.length !== 1 && (
        <Picture
          name="keep-alive"
          question="How long does each function keep an idle sandbox?"
          verdict={verdict}
          answer={reuse}
          legend={[
            { mark: 'dot', colour: 'cold', label: 'half are gone' },
            {
              mark: 'bar',
              colour: 'cold3',
              label: '95 % interval',
              occurs: known.some(({ expectedDeaths }) => expectedDeaths >= ENOUGH_DEATHS),
            },
            {
              mark: 'hatch',
              colour: 'cold2',
              label: `95 % interval from fewer than ${ENOUGH_DEATHS} ends`,
              occurs: known.some(({ expectedDeaths }) => expectedDeaths < ENOUGH_DEATHS),
            },
            {
              mark: 'pale-hatch',
              colour: 'rule',
              label: 'not enough yet',
              occurs: known.length < entries.length,
            },
          ]}
          png={{ draw: keepAlive, height: keepAliveHeight(entries.length) }}
          table={{
            columns: [
              { label: 'Function' },
              { label: 'Place' },
              ...estimateColumns('Half gone after', 'ms'),
              { label: 'Law' },
              { label: 'Ends by idleness' },
              { label: 'Next call goes to' },
              { label: 'Warm share', unit: '1' },
            ],
            rows: entries.map(({ function: name, deployment, keepAlive: kept, pickOrder, ratio }) => [
              name,
              placeWords(deployment),
              kept?.valueMs,
              kept?.lowMs,
              kept?.highMs,
              kept?.family,
              kept?.expectedDeaths,
              pickOrder.order,
              ratio.value,
            ]),
          }}
          evidence={{
            n: `${counted(
              entries.reduce((sum, { sandboxes }) => sum + sandboxes, 0),
              'sandbox',
              'sandboxes',
            )}, about ${counted(Math.round(deaths), 'end')} by idleness`,
            interval:
              first?.keepAlive?.lowMs !== undefined && first.keepAlive.highMs !== undefined
                ? `${first.function}: ${interval(first.keepAlive.lowMs, first.keepAlive.highMs, duration)}`
                : undefined,
            restsOn: 'gaps that ended in reuse, goodbyes, calls that passed idle sandboxes over',
            wrongIf: 'warm sandboxes are stopped by something other than idling',
          }}
          {...(deaths < 1 && {
            instead: (
              <NotEnough
                what="How long an idle sandbox lives is not known yet."
                have={deaths}
                need={ENOUGH_DEATHS}
                of="ends by idleness"
                said={longestGap(entries)}
              />
            ),
          })}
        >
          <Chart draw={keepAlive} height={keepAliveHeight(entries.length)} label={verdict} />
        </Picture>
      )}
      <Picture
        name="evictions"
        question="What ended, when, and after how much idling?"
        verdict={evictionsVerdict(gone, evictions.data?.truncated ?? false)}
        answer={evictions}
        legend={[
          {
            mark: 'cross',
            colour: 'ink',
            label: 'evicted, inferred: no goodbye',
            occurs: told.length < gone.length,
          },
          {
            mark: 'hatch',
            colour: 'line',
            label: 'idle for so long, 95 %',
            occurs: told.length < gone.length,
          },
          {
            mark: 'tick',
            colour: 'ink',
            label: 'said goodbye',
            occurs: told.some(({ cause }) => cause !== 'deploy'),
          },
          {
            mark: 'flag',
            colour: 'ink',
            label: 'replaced by a new version',
            occurs: told.some(({ cause }) => cause === 'deploy'),
          },
        ]}
        note={
          evictions.data?.truncated
            ? `the newest ${count(gone.length)}; the CSV of the API has all`
            : undefined
        }
        png={{ draw: ends, height: EVICTIONS_HEIGHT }}
        table={{
          columns: [
            { label: 'Sandbox' },
            { label: 'Function' },
            { label: 'State' },
            { label: 'Cause' },
            { label: 'Ground' },
            { label: 'After' },
            { label: 'Before' },
            { label: 'Idle at least', unit: 'ms' },
            { label: 'Idle at most', unit: 'ms' },
            { label: 'Probability', unit: '1' },
          ],
          rows: gone.map((entry) => [
            entry.sandbox,
            entry.function,
            entry.state,
            causeWords(entry.cause),
            entry.ground,
            entry.after,
            entry.before,
            entry.idleMs.low,
            entry.idleMs.high,
            entry.evictedProbability,
          ]),
        }}
        evidence={{
          n: counted(gone.length, 'end'),
          complete:
            gone.length === 0
              ? undefined
              : `${share(gone.filter(({ state }) => state === 'confirmed').length / gone.length)} reported by a goodbye`,
          restsOn: 'the moment of death given all that passed the sandbox over',
          wrongIf: 'a sandbox that was passed over is used again',
        }}
        {...(gone.length === 0 && {
          instead: <NotEnough what="Nothing ended in this range." have={0} need={1} of="ends" />,
        })}
      >
        <Chart
          draw={ends}
          height={EVICTIONS_HEIGHT}
          label={evictionsVerdict(gone, false)}
          onBrush={zoom}
          onZoomOut={zoomOut}
        />
        <EvictionList evictions={gone.slice(0, 12)} utc={utc} open={open} />
      </Picture>
    </>
  );
}

function EvictionList({
  evictions,
  utc,
  open,
}: {
  readonly evictions: EvictionsAnswer['evictions'];
  readonly utc: boolean;
  readonly open: (id: string) => void;
}): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="The newest evictions">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Sandbox</th>
            <th scope="col">Function</th>
            <th scope="col">Ended</th>
            <th scope="col" className="num">
              Idle before
            </th>
            <th scope="col">Because of</th>
            <th scope="col">How we know</th>
          </tr>
        </thead>
        <tbody>
          {evictions.map(
            ({
              sandbox,
              function: name,
              after,
              before,
              idleMs,
              cause,
              state,
              ground,
              evictedProbability,
            }) => (
              <tr key={`${name} ${sandbox} ${before}`}>
                <td>
                  <button type="button" className="link mono" onClick={() => open(sandbox)}>
                    {shortId(sandbox)}
                  </button>
                </td>
                <td className="name">
                  <bdi className="cut" title={name}>
                    {name}
                  </bdi>
                </td>
                <td className="nowrap">
                  {state === 'confirmed'
                    ? moment(Date.parse(before), utc)
                    : `${moment(Date.parse(after), utc)} to ${clock(Date.parse(before), utc)}`}
                </td>
                <td className="num">{interval(idleMs.low, idleMs.high, duration)}</td>
                <td className="nowrap">{causeWords(cause)}</td>
                <td className="dim nowrap">
                  {state === 'confirmed'
                    ? 'told'
                    : `inferred ${share(evictedProbability)}, ${ground.replaceAll('-', ' ')}`}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function manyVerdict(entries: ReuseAnswer['functions']): string {
  const known = entries.flatMap(({ keepAlive }) =>
    keepAlive?.valueMs === undefined ? [] : [keepAlive.valueMs],
  );
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (known.length === 0) return 'How long an idle sandbox lives is not known yet.';
  const far = high > low * 1.5;
  return far
    ? `Half are gone after ${duration(low)} to ${duration(high)} idle, by function.`
    : `Half are gone after about ${duration(known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? low)} idle, whatever the function.`;
}

const longestGap = (entries: ReuseAnswer['functions']): string | undefined => {
  const warm = entries.reduce((sum, { ratio }) => sum + (ratio.value ?? 0) * ratio.n, 0);
  return warm > 0 ? `${counted(Math.round(warm), 'call')} found a warm sandbox` : undefined;
};
