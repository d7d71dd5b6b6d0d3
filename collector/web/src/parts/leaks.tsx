import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { LeaksAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { leaksVerdict, levelOf, RESOURCES } from '../verdicts/leaks.ts';
import { change, count, counted, interval } from '../words.ts';
import { useScope } from './use-scope.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

const MOST_ROWS = 16;

/** Growth from call to call, as a share of the level, so that bytes and counts fit on one axis. */
export function Leaks(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<LeaksAnswer>(urlOf('leaks', query));
  const entries = useMemo(() => answer.data?.functions ?? [], [answer.data]);
  const rows = useMemo(
    () =>
      entries
        .flatMap((entry) => entry.resources.map((resource) => ({ entry, resource })))
        .toSorted((a, b) => a.resource.q - b.resource.q),
    [entries],
  );
  const draw = useMemo(
    () =>
      drawIntervals(
        rows
          .slice(0, MOST_ROWS)
          .map(({ entry, resource: { resource, perCall, latest, leaks, limit, limitCall } }) => {
            const by = (value: number | undefined): number | undefined =>
              value === undefined ? undefined : latest === 0 ? 0 : value / latest;
            const each =
              perCall.value === undefined
                ? 'unknown'
                : `${perCall.value > 0 ? '+' : ''}${levelOf(resource, perCall.value)}`;
            return {
              label: RESOURCES[resource],
              note: `${entry.function}; ${levelOf(resource, latest)} at the end`,
              value: by(perCall.value),
              low: by(perCall.low),
              high: by(perCall.high),
              colour: leaks ? 'worse' : 'c0',
              said: `${leaks ? '▲ ' : ''}${each} a call`,
              says: () => [
                `${RESOURCES[resource]} of ${entry.function}: ${each} a call`,
                ...(perCall.low === undefined || perCall.high === undefined
                  ? []
                  : [`95 %: ${interval(perCall.low, perCall.high, (value) => levelOf(resource, value))}`]),
                ...(limit === undefined
                  ? []
                  : [
                      `limit ${levelOf(resource, limit)}${limitCall?.value === undefined ? '' : `, reached at call ${count(limitCall.value)}`}`,
                    ]),
                leaks ? 'it grows' : 'no growth is shown',
              ],
            };
          }),
        {
          kind: 'linear',
          say: (value) => (value === 0 ? '0' : change(value)),
          title: 'growth a call, of the level at the end of lives',
          reference: { at: 0, words: 'no growth' },
        },
      ),
    [rows],
  );
  const verdict = leaksVerdict(entries);
  const height = intervalsHeight(Math.min(rows.length, MOST_ROWS));
  const best = entries.toSorted((a, b) => b.basis.n - a.basis.n)[0];
  return (
    <Picture
      name="leaks"
      question="What does a sandbox gather over its life?"
      verdict={verdict}
      answer={answer}
      legend={[
        {
          mark: 'dot',
          colour: 'worse',
          label: 'it grows',
          occurs: rows.some(({ resource }) => resource.leaks),
        },
        {
          mark: 'dot',
          colour: 'c0',
          label: 'no growth is shown',
          occurs: rows.some(({ resource }) => !resource.leaks),
        },
      ]}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'What' },
          ...estimateColumns('A call'),
          { label: 'Level at the end' },
          { label: 'q' },
          { label: 'Leak' },
          { label: 'Limit' },
          { label: 'Limit at call' },
        ],
        rows: rows.map(({ entry, resource: one }) => [
          entry.function,
          one.resource,
          ...estimateCells(one.perCall),
          one.latest,
          one.q,
          one.leaks ? 'yes' : 'not shown',
          one.limit,
          one.limitCall?.value,
        ]),
      }}
      evidence={evidenceOf(best?.basis, counted(best?.basis.n ?? 0, 'life', 'lives'), {
        wrongIf: 'a cache fills for longer than a life',
      })}
      {...(rows.length === 0 && {
        instead: (
          <NotEnough
            what="Nothing can be said of growth yet."
            have={best?.basis.n ?? 0}
            need={best?.basis.needed ?? 3}
            of="lives of at least 40 calls"
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
