import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Sandbox } from '../api/answers.ts';
import { Chart } from '../canvas/chart.tsx';
import { ALIVE_HEIGHT, drawAlive } from '../charts/alive.ts';
import { drawFromBirth, drawLifelines, FROM_BIRTH_HEIGHT, ROW } from '../charts/lifelines.ts';
import type { Life } from '../charts/lifelines.ts';
import { Chip } from '../frame/chip.tsx';
import { FirstRun } from '../frame/first-run.tsx';
import type { LegendEntry } from '../frame/legend.tsx';
import { Picture } from '../frame/picture.tsx';
import { Segments } from '../frame/segments.tsx';
import type { Table } from '../frame/table.tsx';
import { go, onPage, withQuery } from '../location.ts';
import { overlap } from '../statistics.ts';
import { aliveVerdict, livesVerdict } from '../verdicts.ts';
import { clock, count, counted, moment, shortId } from '../words.ts';
import { useLives } from '../parts/use-lives.ts';
import { useScope } from '../parts/use-scope.ts';

const VIEW_HEIGHT = 452;
type Order = 'birth' | 'end' | 'host' | 'version';

const ORDER: Readonly<Record<Order, (life: Life) => number | string>> = {
  birth: ({ firstMs }) => firstMs,
  end: ({ endMs }) => -endMs,
  host: ({ sandbox }) => sandbox.host.id ?? '',
  version: ({ sandbox }) => sandbox.version ?? '',
};

/** The marks of a lifetime before its end, as far as they occur. */
function bornOrUsed(lives: readonly Life[]): LegendEntry[] {
  const isUsedAgain = lives.some(({ busy, firstMs, lastMs }) => busy.length > 1 && lastMs > firstMs);
  const isIdle = lives.some(({ lastMs, endMs }) => endMs > lastMs);
  return [
    { mark: 'diamond', colour: 'cold', label: 'born cold', occurs: lives.some(({ isBorn }) => isBorn) },
    { mark: 'bar', colour: 'warm', label: 'busy' },
    { mark: 'thin', colour: 'warm2', label: 'idle between calls', occurs: isUsedAgain },
    { mark: 'hair', colour: 'warm', label: 'idle, not used again', occurs: isIdle },
    {
      mark: 'triangle',
      colour: 'err',
      label: 'failed',
      occurs: lives.some(({ busy }) => busy.some(({ failed }) => failed)),
    },
  ];
}

/** The marks of ends, as far as they occur. */
function ends(lives: readonly Life[], within: string, hasFlags = true): LegendEntry[] {
  const told = lives.filter(({ sandbox }) => sandbox.state === 'confirmed');
  const isReplaced = ({ sandbox }: Life): boolean => hasFlags && sandbox.cause === 'deploy';
  return [
    {
      mark: 'hatch',
      colour: 'ink2',
      label: within,
      occurs: lives.some(({ sandbox }) => sandbox.state === 'evicted'),
    },
    {
      mark: 'tick',
      colour: 'ink',
      label: 'said goodbye',
      occurs: told.some((life) => !isReplaced(life)),
    },
    { mark: 'flag', colour: 'ink', label: 'replaced by a new version', occurs: told.some(isReplaced) },
  ];
}

function tableOf(lives: readonly Life[], utc: boolean): Table {
  const at = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : moment(ms, utc));
  return {
    columns: [
      { label: 'Sandbox' },
      { label: 'Function' },
      { label: 'Version' },
      { label: 'State' },
      { label: 'First call' },
      { label: 'Last end' },
      { label: 'Calls' },
      { label: 'Idle', unit: 'ms' },
      { label: 'Gone after' },
      { label: 'Gone before' },
      { label: 'Cause' },
      { label: 'Probability gone', unit: '1' },
      { label: 'Host' },
    ],
    rows: lives.map(({ sandbox, firstMs, lastMs, afterMs, beforeMs }) => [
      sandbox.id,
      sandbox.function,
      sandbox.version,
      sandbox.state,
      at(firstMs),
      at(lastMs),
      sandbox.invocations,
      sandbox.idleMs,
      at(afterMs),
      at(beforeMs),
      sandbox.cause,
      sandbox.evictedProbability,
      sandbox.host.id,
    ]),
  };
}

/** How many sandboxes are alive, how do they live, and how do they end? */
export function Page(): ReactNode {
  const { place, range, query, utc } = useScope();
  const { sandboxes, lives, domain } = useLives(query, range.isLive);
  const [scrolled, setScrolled] = useState(0);
  const order = (place.query.get('order') ?? 'birth') as Order;
  const window = windowOf(place.query.get('w'), domain);
  const open = useMemo(() => (sandbox: Sandbox) => go(onPage(place, 'sandbox', sandbox.id)), [place]);

  const alive = useMemo(
    () => drawAlive(lives, domain, window, utc),
    [lives, domain, window?.[0], window?.[1], utc],
  );
  const shown = useMemo(() => {
    const [fromMs, toMs] = window ?? domain;
    const inside = lives.filter(({ firstMs, endMs }) => firstMs <= toMs && endMs >= fromMs);
    const key = ORDER[order] ?? ORDER.birth;
    return inside.toSorted((a, b) => compare(key(a), key(b)) || a.firstMs - b.firstMs);
  }, [lives, domain, window?.[0], window?.[1], order]);
  const height = Math.min(VIEW_HEIGHT, shown.length * ROW + 30);
  const rows = useMemo(() => {
    const [fromMs, toMs] = window ?? domain;
    return drawLifelines({ lives: shown, fromMs, toMs, utc, scrolled, open });
  }, [shown, window?.[0], window?.[1], domain, utc, scrolled, open]);
  const birth = useMemo(() => drawFromBirth(lives, utc, open), [lives, utc, open]);

  const { data } = sandboxes;
  if (data && data.sandboxes.length === 0 && !sandboxes.isOld) return <FirstRun />;
  const { most } = overlap(lives.map(({ firstMs, endMs }) => ({ fromMs: firstMs, toMs: endMs })));
  const gone = lives.filter(({ sandbox }) => sandbox.state === 'evicted' || sandbox.state === 'confirmed');
  const told = gone.filter(({ sandbox }) => sandbox.state === 'confirmed').length;
  const calls = lives.reduce((sum, { sandbox }) => sum + sandbox.invocations, 0);
  const lost = lives.reduce((sum, { sandbox }) => sum + sandbox.lost, 0);
  const verdict = aliveVerdict(
    most,
    gone.map(({ firstMs, endMs }) => endMs - firstMs),
    lives.length,
  );
  const choose = (fromMs: number, toMs: number): void =>
    go(withQuery(place, { w: `${Math.round(fromMs)},${Math.round(toMs)}` }));
  const unchoose = (): void => go(withQuery(place, { w: undefined }));
  return (
    <>
      <Picture
        name="alive"
        question="How many sandboxes are alive?"
        verdict={verdict}
        answer={sandboxes}
        chips={
          <>
            <Chip how="told">{counted(told, 'end')} told</Chip>
            <Chip how="inferred">{counted(gone.length - told, 'end')} inferred</Chip>
          </>
        }
        png={{ draw: alive, height: ALIVE_HEIGHT }}
        table={tableOf(lives, utc)}
        evidence={{
          n: `${counted(lives.length, 'sandbox', 'sandboxes')}, ${counted(calls, 'call')}`,
          complete: `${lost === 0 ? 'no call lost' : `${counted(lost, 'call')} lost`}${gone.length === 0 ? '' : `; ${count(told)} of ${count(gone.length)} ends reported by a goodbye`}${data?.truncated ? '; there are more sandboxes than are drawn' : ''}`,
          restsOn: 'sandbox ids, goodbyes, calls that passed idle sandboxes over',
          wrongIf: 'a sandbox answered calls that were never sent here',
        }}
      >
        <Chart draw={alive} height={ALIVE_HEIGHT} label={verdict} onBrush={choose} onZoomOut={unchoose} />
      </Picture>
      <div className="columns two-one">
        <Picture
          name="lifelines"
          question="How does each live and end?"
          verdict={`${count(shown.length)} of ${counted(lives.length, 'lifeline')}, ${window ? `${clock(window[0], utc)} to ${clock(window[1], utc)}` : 'the whole range'}.`}
          more={window ? undefined : 'Drag over the picture above to choose a part.'}
          isSmall
          answer={sandboxes}
          controls={
            <>
              <Segments
                label="Order"
                value={order}
                options={[
                  ['birth', 'By birth'],
                  ['end', 'By end'],
                  ['host', 'By host'],
                  ['version', 'By version'],
                ]}
                onChoose={(value) =>
                  go(withQuery(place, { order: value === 'birth' ? undefined : value }), true)
                }
              />
              {window && (
                <button type="button" className="chip" onClick={unchoose}>
                  {clock(window[0], utc)} to {clock(window[1], utc)} ×
                </button>
              )}
            </>
          }
          legend={[...bornOrUsed(shown), ...ends(shown, 'evicted within')]}
          png={{
            draw: drawLifelines({
              lives: shown,
              fromMs: (window ?? domain)[0],
              toMs: (window ?? domain)[1],
              utc,
              scrolled: 0,
              open,
            }),
            height: Math.min(4000, shown.length * ROW + 30),
          }}
          table={tableOf(shown, utc)}
        >
          <div
            className="rows"
            tabIndex={-1}
            style={{ height }}
            onScroll={({ currentTarget }) => setScrolled(currentTarget.scrollTop)}
          >
            <div style={{ height: Math.max(height, shown.length * ROW + 30) }}>
              <div className="stick">
                <Chart
                  draw={rows}
                  height={height}
                  label={`${counted(shown.length, 'lifeline')}.`}
                  onBrush={choose}
                  onZoomOut={unchoose}
                />
              </div>
            </div>
          </div>
        </Picture>
        <Picture
          name="from-birth"
          question={`All ${count(lives.length)}, from birth`}
          verdict={livesVerdict(lives.map(({ sandbox }) => sandbox))}
          isSmall
          answer={sandboxes}
          legend={[
            { mark: 'bar', colour: 'warm', label: 'from the first call to the last' },
            { mark: 'bar', colour: 'warm2', label: 'idle after that' },
            ...ends(lives, 'gone within', false),
          ]}
          png={{ draw: birth, height: FROM_BIRTH_HEIGHT }}
          table={tableOf(
            lives.toSorted((a, b) => b.lastMs - b.firstMs - (a.lastMs - a.firstMs)),
            utc,
          )}
        >
          <Chart
            draw={birth}
            height={FROM_BIRTH_HEIGHT}
            label={livesVerdict(lives.map(({ sandbox }) => sandbox))}
          />
        </Picture>
      </div>
      <p className="visually-hidden">{shown[0] && `The first is ${shortId(shown[0].sandbox.id)}.`}</p>
    </>
  );
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

/** The selected part of the range, from the URL. */
function windowOf(
  text: string | null,
  [fromMs, toMs]: readonly [number, number],
): readonly [number, number] | undefined {
  const [from, to] = (text ?? '').split(',').map(Number);
  if (from === undefined || to === undefined || !(from < to) || to < fromMs || from > toMs) return undefined;
  return [Math.max(from, fromMs), Math.min(to, toMs)];
}
