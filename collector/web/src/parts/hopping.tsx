import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { HopsAnswer } from '../api/answers.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import type { IntervalRow } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { estimateColumns } from '../frame/table.tsx';
import { go, onPage } from '../location.ts';
import { ENOUGH_CALLS } from '../verdicts.ts';
import { hoppingVerdict, isKnownToHop, mostHopping } from '../verdicts/hops.ts';
import { count, counted, interval, share } from '../words.ts';
import { useScope } from './use-scope.ts';

/** More rows than fit into a picture; the table has all. */
const MOST_ROWS = 8;

/** Which functions hop hosts, and how often by chance? */
export function Hopping({
  answer,
  hosts,
}: {
  readonly answer: Answer<HopsAnswer>;
  readonly hosts: number;
}): ReactNode {
  const { place } = useScope();
  const sorted = useMemo(
    () => mostHopping((answer.data?.functions ?? []).filter(({ knownRatio }) => knownRatio > 0)),
    [answer.data],
  );
  const shown = sorted.slice(0, MOST_ROWS);
  const draw = useMemo(
    () =>
      drawIntervals(
        sorted.slice(0, MOST_ROWS).map((entry): IntervalRow => {
          const { function: name, pairs, hops, rate, independentRate } = entry;
          const isKnown = isKnownToHop(entry);
          return {
            label: name,
            note: `${counted(hops, 'hop')} in ${counted(pairs, 'pair')} of calls`,
            value: isKnown ? rate.value : undefined,
            low: rate.low,
            high: rate.high,
            mark: 'bar',
            colour: 'c1',
            tickAt: isKnown ? independentRate : undefined,
            said: isKnown
              ? share(rate.value ?? 0)
              : `not known yet (${count(pairs)} of ${count(ENOUGH_CALLS)} pairs)`,
            open: () => go({ ...onPage(place, 'hosts'), scope: { ...place.scope, function: name } }),
            opens: 'its hosts',
            says: () => [
              `${name}: ${counted(hops, 'hop')} in ${counted(pairs, 'pair')} of consecutive calls`,
              ...(isKnown
                ? [`${share(rate.value ?? 0)}, 95 %: ${interval(rate.low, rate.high, share)}`]
                : ['not enough calls yet']),
              ...(independentRate === undefined ? [] : [`by chance it would be ${share(independentRate)}`]),
            ],
          };
        }),
        { kind: 'linear', say: share, title: 'calls on another host than the call before' },
      ),
    [sorted, place],
  );
  const verdict = hoppingVerdict(sorted, hosts);
  const known = shown.filter(isKnownToHop);
  return (
    <Picture
      name="hopping"
      question="Which functions hop between hosts?"
      verdict={verdict}
      answer={answer}
      legend={[
        { mark: 'bar', colour: 'c1', label: 'share of calls that hop', occurs: known.length > 0 },
        { mark: 'line', colour: 'ink', label: '95 % interval', occurs: known.length > 0 },
        {
          mark: 'tick',
          colour: 'ink',
          label: 'by chance',
          occurs: known.some(({ independentRate }) => independentRate !== undefined),
        },
      ]}
      note={
        sorted.length > shown.length
          ? `${shown.length} functions of ${sorted.length}; the table has all`
          : undefined
      }
      png={{ draw, height: intervalsHeight(shown.length) }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Pairs of calls' },
          { label: 'Hops' },
          ...estimateColumns('Hops of pairs', '1'),
          { label: 'By chance', unit: '1' },
        ],
        rows: sorted.map(({ function: name, pairs, hops, rate, independentRate }) => [
          name,
          pairs,
          hops,
          rate.value,
          rate.low,
          rate.high,
          independentRate,
        ]),
      }}
    >
      <Chart draw={draw} height={intervalsHeight(shown.length)} label={verdict} />
    </Picture>
  );
}
