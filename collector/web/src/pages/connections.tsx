import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ConnectionsAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotKnowable } from '../frame/states.tsx';
import { Leaks } from '../parts/leaks.tsx';
import { useScope } from '../parts/use-scope.ts';
import { connectionsVerdict, peerWords, planFor } from '../verdicts/connections.ts';
import { count, counted, moment, nameIn } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

const MOST_ROWS = 16;

/** Which remote ends hold how many sockets, and what else does a sandbox gather? */
export function Page(): ReactNode {
  const { query, utc } = useScope();
  const answer = useSlowAnswer<ConnectionsAnswer>(urlOf('connections', query));
  const endpoints = useMemo(
    () => (answer.data?.endpoints ?? []).toSorted((a, b) => (planFor(b) ?? 0) - (planFor(a) ?? 0)),
    [answer.data],
  );
  const shown = endpoints.slice(0, MOST_ROWS);
  const draw = useMemo(
    () =>
      drawIntervals(
        endpoints.slice(0, MOST_ROWS).map((entry) => {
          const { functions, sandboxes, peak, peakAt, now, socketsP50, socketsMax } = entry;
          return {
            label: peerWords(entry),
            note: `${nameIn(functions.join(', '), entry)}; ${counted(sandboxes, 'sandbox', 'sandboxes')}`,
            value: peak.value,
            low: peak.low,
            high: peak.high,
            mark: 'bar',
            colour: 'c1',
            tickAt: now.value,
            said: peak.value === undefined ? 'unknown' : count(peak.value),
            says: () => [
              `${peerWords(entry)}: up to ${counted(peak.value ?? 0, 'socket')} at once`,
              `at ${moment(Date.parse(peakAt), utc)}; ${count(peak.low ?? 0)} to ${count(peak.high ?? 0)}, as sandboxes may still be alive`,
              `${count(socketsP50)} a sandbox, at most ${count(socketsMax)}; ${count(now.value ?? 0)} at the end of the range`,
              functions.join(', '),
            ],
          };
        }),
        { kind: 'linear', say: count, title: 'sockets at once, frozen sandboxes included' },
      ),
    [endpoints, utc],
  );
  const verdict = connectionsVerdict(endpoints);
  const height = intervalsHeight(shown.length);
  const [first] = endpoints;
  return (
    <>
      <Picture
        name="connections"
        question="How many sockets does each remote end have to hold?"
        verdict={verdict}
        answer={answer}
        legend={[
          { mark: 'bar', colour: 'c1', label: 'most at once' },
          {
            mark: 'line',
            colour: 'ink',
            label: 'what the fates of sandboxes leave open',
            occurs: shown.some(({ peak }) => peak.low !== undefined),
          },
          {
            mark: 'tick',
            colour: 'ink',
            label: 'at the end of the range',
            occurs: shown.some(({ now }) => now.value !== undefined),
          },
        ]}
        note={
          endpoints.length > shown.length
            ? `${shown.length} ends of ${endpoints.length}; the table has all`
            : undefined
        }
        png={{ draw, height }}
        table={{
          columns: [
            { label: 'Remote end' },
            { label: 'Name' },
            { label: 'Functions' },
            { label: 'Sandboxes' },
            ...estimateColumns('Most at once'),
            { label: 'When' },
            { label: 'Now' },
            { label: 'A sandbox, median' },
            { label: 'A sandbox, most' },
          ],
          rows: endpoints.map((entry) => [
            entry.peer,
            entry.name,
            entry.functions.join(' '),
            entry.sandboxes,
            ...estimateCells(entry.peak),
            entry.peakAt,
            entry.now.value,
            entry.socketsP50,
            entry.socketsMax,
          ]),
        }}
        evidence={evidenceOf(first?.basis, counted(endpoints.length, 'remote end'), {
          wrongIf: 'a sandbox opened and closed more between two looks; the peak of a range is no forecast',
        })}
        {...(endpoints.length === 0 && {
          instead: (
            <NotKnowable
              why="No sandbox reported an open connection."
              then="Sandscope's own spans report them (`sandscope.process.peers`); functions that connect to nothing, and sockets of native modules, do not show."
            />
          ),
        })}
      >
        <Chart draw={draw} height={height} label={verdict} />
      </Picture>
      <Leaks />
    </>
  );
}
