import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ClocksAnswer, CostAnswer, OverheadAnswer, OverheadEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import type { IntervalRow } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { Clocks, Itself } from '../parts/overhead-clocks.tsx';
import { Payload, Triggers } from '../parts/overhead-events.tsx';
import { useScope } from '../parts/use-scope.ts';
import { nameOf } from '../verdicts/names.ts';
import { overheadVerdict } from '../verdicts/overhead.ts';
import { count, counted, duration, durationMark, interval } from '../words.ts';
import { estimateColumns } from '../frame/table.tsx';

/** What does a call take beside the function, and how far can clocks be trusted? */
export function Page(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<OverheadAnswer>(urlOf('overhead', query));
  const clocks = useSlowAnswer<ClocksAnswer>(urlOf('clocks', query));
  const cost = useSlowAnswer<CostAnswer>(urlOf('cost', query));
  const entries = useMemo(
    () => (answer.data?.functions ?? []).toSorted((a, b) => b.basis.n - a.basis.n),
    [answer.data],
  );
  const own = cost.data?.functions.toSorted((a, b) => b.n - a.n)[0];
  if (cost.data && answer.data && entries.length === 0 && cost.data.functions.length === 0 && !answer.isOld)
    return <FirstRun />;
  const [first] = entries;
  return (
    <>
      <Overhead answer={answer} entries={entries} />
      <div className="columns half">
        <Clocks answer={clocks} />
        <Itself answer={cost} entry={own} />
      </div>
      <div className="columns half">
        <Triggers answer={answer} entry={first} />
        <Payload answer={answer} entry={first} />
      </div>
    </>
  );
}

const WAYS = [
  ['overheadMs', 'Beside the function', 'in all; no clock matters'],
  ['platformWaitMs', 'Until it began', 'network, queue, placement'],
  ['waitMs', 'Until it began, with start-up', 'the initialisation of a cold one counts'],
  ['returnMs', 'Back to the caller', 'from the end of the function'],
] as const;

const MOST_FUNCTIONS = 4;

function rowsOf(
  entries: readonly OverheadEntry[],
): { readonly row: IntervalRow; readonly cells: (string | number | undefined)[] }[] {
  return entries.slice(0, entries.length === 1 ? 1 : MOST_FUNCTIONS).flatMap((entry) =>
    (['warm', 'cold'] as const).flatMap((start) =>
      WAYS.flatMap(([key, words, note]) => {
        // For one function, show all of its ways; for several, only the most important one.
        if (entries.length > 1 && key !== 'overheadMs') return [];
        if (start === 'warm' && key === 'waitMs') return [];
        const { value, low, high, n } = entry[start][key];
        const isUnclear = low !== undefined && low < 0;
        const row: IntervalRow = {
          label: entries.length > 1 ? nameOf(entry, entries) : words,
          note: entries.length > 1 ? `${start}, ${counted(entry[start].n, 'call')}` : `${start}: ${note}`,
          value: value === undefined ? undefined : Math.max(value, 0.01),
          low: low === undefined ? undefined : Math.max(low, 0.01),
          high,
          colour: start === 'cold' ? 'cold' : 'warm',
          mark: start === 'cold' ? 'diamond' : 'dot',
          // A difference that clocks leave open is an inference, so it is hatched.
          isSure: key === 'overheadMs' && !isUnclear,
          said: value === undefined ? `too few (${count(n)})` : duration(value),
          says: () => [
            `${words}, ${start}: ${value === undefined ? 'unknown' : duration(value)}`,
            `${entry.function}, median of ${counted(n, 'call')}`,
            ...(low === undefined || high === undefined
              ? []
              : [
                  `${key === 'overheadMs' ? '95 %' : '95 %, with what clocks leave open'}: ${interval(low, high, duration)}`,
                ]),
          ],
        };
        return [{ row, cells: [entry.function, start, words, value, low, high, n] }];
      }),
    ),
  );
}

function Overhead({
  answer,
  entries,
}: {
  readonly answer: Answer<OverheadAnswer>;
  readonly entries: readonly OverheadEntry[];
}): ReactNode {
  const rows = useMemo(() => rowsOf(entries), [entries]);
  const draw = useMemo(
    () =>
      drawIntervals(
        rows.map(({ row }) => row),
        { kind: 'logarithmic', say: durationMark, title: 'median time, logarithmic' },
      ),
    [rows],
  );
  const verdict = overheadVerdict(entries);
  const drawn = rows.map(({ row }) => row).filter(({ value }) => value !== undefined);
  const height = intervalsHeight(rows.length);
  const [first] = entries;
  const isKnown = entries.some(
    ({ warm, cold }) => (warm.overheadMs.value ?? cold.overheadMs.value) !== undefined,
  );
  return (
    <Picture
      name="overhead"
      question="How long does a call take outside the function?"
      verdict={verdict}
      answer={answer}
      legend={[
        {
          mark: 'dot',
          colour: 'warm',
          label: 'warm calls',
          occurs: drawn.some(({ colour }) => colour === 'warm'),
        },
        {
          mark: 'diamond',
          colour: 'cold',
          label: 'cold calls',
          occurs: drawn.some(({ colour }) => colour === 'cold'),
        },
        {
          mark: 'hatch',
          colour: 'line',
          label: 'what clocks leave open',
          occurs: drawn.some(({ isSure }) => isSure === false),
        },
      ]}
      note={
        entries.length > MOST_FUNCTIONS
          ? `${MOST_FUNCTIONS} functions of ${count(entries.length)}: choose one for all of its ways`
          : undefined
      }
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Start' },
          { label: 'What' },
          ...estimateColumns('Median', 'ms'),
          { label: 'Calls' },
        ],
        rows: rows.map(({ cells }) => cells),
      }}
      evidence={evidenceOf(
        first?.basis,
        `${counted(
          entries.reduce((sum, { basis }) => sum + basis.n, 0),
          'call',
        )} recorded on both sides`,
        {
          wrongIf: 'the client’s span holds more than the call',
        },
      )}
      {...(!isKnown && {
        instead: (
          <NotEnough
            what="Only calls recorded on both sides show what is between them."
            have={first?.basis.n ?? 0}
            need={first?.basis.needed ?? 20}
            of="calls whose client passed its context on"
            said="trace the caller, too: any OpenTelemetry client does"
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
