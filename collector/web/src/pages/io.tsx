import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { IoAnswer, IoEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { NotEnough } from '../frame/states.tsx';
import { go, onPage } from '../location.ts';
import { IoHosts, Probes } from '../parts/io-places.tsx';
import { FreezeBreaks, Sockets } from '../parts/io-sockets.tsx';
import { useScope } from '../parts/use-scope.ts';
import { nameOf } from '../verdicts/names.ts';
import { aCallMs, ioVerdict, KIND_WORDS, kindsOf } from '../verdicts/io.ts';
import { count, counted, duration, durationMark, interval, megabytes } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

/** What do functions do outward, how long does it take, and what did a freeze break? */
export function Page(): ReactNode {
  const { query } = useScope();
  const answer = useSlowAnswer<IoAnswer>(urlOf('io', query));
  const entries = useMemo(
    () => (answer.data?.functions ?? []).toSorted((a, b) => b.basis.n - a.basis.n),
    [answer.data],
  );
  if (answer.data && entries.length === 0 && !answer.isOld) return <FirstRun />;
  const [first] = entries;
  // Spans of requests belong to one of several versions.
  const asked = entries.find(({ sockets }) => sockets.length > 0) ?? first;
  return (
    <>
      <Operations answer={answer} entries={entries} />
      <div className="columns half">
        <Sockets answer={answer} entry={asked} />
        <FreezeBreaks answer={answer} entry={asked} />
      </div>
      <div className="columns half">
        <IoHosts answer={answer} entry={entries.find(({ hosts }) => hosts.length > 0) ?? first} />
        <Probes answer={answer} entries={entries} />
      </div>
    </>
  );
}

/** More rows than fit into a picture; the table has all. */
const MOST_ROWS = 14;

function Operations({
  answer,
  entries,
}: {
  readonly answer: Answer<IoAnswer>;
  readonly entries: readonly IoEntry[];
}): ReactNode {
  const { place } = useScope();
  const rows = useMemo(
    () =>
      entries
        .flatMap((entry) => kindsOf(entry).map((kind) => ({ entry, kind })))
        .toSorted((a, b) => aCallMs(b.kind) - aCallMs(a.kind)),
    [entries],
  );
  const shown = rows.slice(0, MOST_ROWS);
  const isOne = entries.length === 1;
  const draw = useMemo(
    () =>
      drawIntervals(
        rows.slice(0, MOST_ROWS).map(({ entry, kind }) => {
          const { meanMs, memoryMb, operations, perCall } = kind;
          const memory = memoryMb === 0 ? '' : ` · ${megabytes(memoryMb)}`;
          return {
            label: KIND_WORDS[kind.kind],
            note: isOne ? `${perCall.toFixed(1)} a call${memory}` : `${nameOf(entry, entries)}${memory}`,
            value: meanMs.value,
            low: meanMs.low,
            high: meanMs.high,
            mark: 'bar',
            colour: 'c1',
            isSure: entry.basis.enough,
            said: meanMs.value === undefined ? 'unknown' : duration(meanMs.value),
            open: () => go({ ...onPage(place, 'io'), scope: { function: entry.function } }),
            opens: 'its I/O',
            says: () => [
              `${KIND_WORDS[kind.kind]} of ${entry.function}: ${duration(meanMs.value ?? 0)} each`,
              ...(meanMs.low === undefined || meanMs.high === undefined
                ? []
                : [`mean, 95 %: ${interval(meanMs.low, meanMs.high, duration)}`]),
              `${counted(operations, 'operation')}, ${perCall.toFixed(1)} a call: ${duration(aCallMs(kind))} of it`,
            ],
          };
        }),
        { kind: 'linear', say: durationMark, title: 'time of one operation, mean' },
      ),
    [rows, entries, isOne, place],
  );
  const verdict = ioVerdict(entries);
  const height = intervalsHeight(shown.length);
  const n = rows.reduce((sum, { kind }) => sum + kind.operations, 0);
  const [first] = entries;
  return (
    <Picture
      name="io"
      question="What do functions do over network and disk, and how long does it take?"
      verdict={verdict}
      answer={answer}
      legend={[
        {
          mark: 'bar',
          colour: 'c1',
          label: 'mean of all that were counted',
          occurs: shown.some(({ entry }) => entry.basis.enough),
        },
        { mark: 'line', colour: 'ink', label: '95 % interval' },
        {
          mark: 'hatch',
          colour: 'c1',
          label: 'mean of few operations',
          occurs: shown.some(({ entry }) => !entry.basis.enough),
        },
      ]}
      note={
        rows.length > shown.length ? `${shown.length} rows of ${rows.length}; the table has all` : undefined
      }
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Function' },
          { label: 'Memory', unit: 'MB' },
          { label: 'Kind' },
          { label: 'Operations' },
          { label: 'A call' },
          ...estimateColumns('Mean', 'ms'),
        ],
        rows: rows.map(({ entry, kind }) => [
          entry.function,
          kind.memoryMb === 0 ? undefined : kind.memoryMb,
          KIND_WORDS[kind.kind],
          kind.operations,
          kind.perCall,
          ...estimateCells(kind.meanMs),
        ]),
      }}
      evidence={evidenceOf(
        first?.basis,
        `${counted(n, 'operation')} of ${counted(entries.length, 'function')}`,
        {
          wrongIf: 'concurrent operations are added up',
        },
      )}
      {...(rows.length === 0 && {
        instead: (
          <NotEnough
            what="No lookup, connection, request or file operation was recorded."
            have={0}
            need={first?.basis.needed ?? 30}
            of="operations"
            said={`${count(entries.length)} functions ran and counted none`}
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
