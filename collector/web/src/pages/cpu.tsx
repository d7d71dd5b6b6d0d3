import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { CpuAnswer, CpuEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { drawNoise, noiseHeight } from '../charts/noise.ts';
import { evidenceOf } from '../frame/basis.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { NotKnowable } from '../frame/states.tsx';
import { go, onPage } from '../location.ts';
import { useScope } from '../parts/use-scope.ts';
import { causeOf, lotteryVerdict, noiseVerdict, sortedCpu, SIGNALS } from '../verdicts/cpu.ts';
import { count, counted, share } from '../words.ts';
import { estimateCells, estimateColumns } from '../frame/table.tsx';

const MOST_ROWS = 12;

/** Which CPU models did sandboxes get, and what takes CPU time away? */
export function Page(): ReactNode {
  const { place, query } = useScope();
  const answer = useSlowAnswer<CpuAnswer>(urlOf('cpu', query));
  const entries = useMemo(() => sortedCpu(answer.data?.functions ?? []), [answer.data]);
  const open = useMemo(
    () => (name: string) => go({ ...onPage(place, 'cpu'), scope: { function: name } }),
    [place],
  );
  const shown = entries.slice(0, MOST_ROWS);
  const draw = useMemo(() => drawNoise(entries.slice(0, MOST_ROWS), open), [entries, open]);
  if (answer.data && entries.length === 0 && !answer.isOld) return <FirstRun />;
  const verdict = noiseVerdict(entries);
  const [first] = entries;
  const height = noiseHeight(shown.length);
  return (
    <>
      <Picture
        name="noise"
        question="What makes calls slower than others of the same sandbox?"
        verdict={verdict}
        answer={answer}
        legend={[
          { mark: 'bar', colour: 'c0', label: 'how strong it is, mean' },
          {
            mark: 'bar',
            colour: 'worse',
            label: 'calls are slower where it is stronger',
            occurs: shown.some(({ signals }) => signals.some(({ found }) => found)),
          },
          {
            mark: 'pale-hatch',
            colour: 'rule',
            label: 'not reported here',
            occurs: shown.some(({ signals }) => signals.filter(({ n }) => n > 0).length < SIGNALS.length),
          },
        ]}
        note={
          entries.length > shown.length
            ? `${shown.length} functions of ${entries.length}; the table has all`
            : undefined
        }
        png={{ draw, height }}
        table={{
          columns: [
            { label: 'Function' },
            { label: 'Because' },
            { label: 'Signal' },
            { label: 'Mean' },
            { label: 'Slots' },
            { label: 'z' },
            { label: 'q' },
            { label: 'Slower with it' },
          ],
          rows: entries.flatMap((entry) =>
            entry.signals.map(({ signal, mean, n, z, q, found }) => [
              entry.function,
              causeOf(entry),
              signal,
              mean,
              n,
              z,
              q,
              found ? 'yes' : 'not shown',
            ]),
          ),
        }}
        evidence={evidenceOf(
          first?.basis,
          counted(first?.basis.n ?? 0, 'slot of five minutes', 'slots of five minutes'),
          {
            wrongIf: 'what slows calls also raises a signal: it is an association',
          },
        )}
      >
        <Chart draw={draw} height={height} label={verdict} />
      </Picture>
      <Lottery answer={answer} entry={entries.toSorted((a, b) => b.models.length - a.models.length)[0]} />
    </>
  );
}

function Lottery({
  answer,
  entry,
}: {
  readonly answer: Answer<CpuAnswer>;
  readonly entry: CpuEntry | undefined;
}): ReactNode {
  const models = useMemo(() => (entry?.models ?? []).toSorted((a, b) => b.share - a.share), [entry]);
  const draw = useMemo(
    () =>
      drawIntervals(
        models.map(({ model, share: part, sandboxes, calls, time, costRatio, found }) => ({
          label: model === '' ? 'unknown' : model,
          note: `${share(part)} of calls, ${counted(sandboxes, 'sandbox', 'sandboxes')}`,
          value: time.value,
          low: time.low,
          high: time.high,
          colour: found ? ((time.value ?? 1) > 1 ? 'worse' : 'better') : 'c0',
          said:
            time.value === undefined
              ? models.length === 1
                ? 'no other to compare with'
                : 'too few to compare'
              : `× ${time.value.toFixed(2)}`,
          says: () => [
            model,
            time.value === undefined
              ? 'not compared'
              : `a call takes ${time.value.toFixed(2)} times as long as on the others`,
            `${count(calls)} warm calls of ${counted(sandboxes, 'sandbox', 'sandboxes')}`,
            ...(costRatio === undefined ? [] : [`and costs ${costRatio.toFixed(2)} times as much`]),
          ],
        })),
        {
          kind: 'linear',
          isFree: true,
          say: (value) => `× ${Number(value.toFixed(2))}`,
          title: 'time of a call, by that on the other models',
          reference: { at: 1, words: 'as fast as the others' },
        },
      ),
    [models],
  );
  const verdict = lotteryVerdict(entry);
  const compared = models.filter(({ time }) => time.value !== undefined);
  const height = intervalsHeight(models.length);
  return (
    <Picture
      name="lottery"
      question={`Which CPUs do sandboxes draw, and does it matter?${(answer.data?.functions.length ?? 0) > 1 && entry ? ` (${entry.function})` : ''}`}
      verdict={verdict}
      answer={answer}
      legend={[
        {
          mark: 'dot',
          colour: 'c0',
          label: 'no difference shown',
          occurs: compared.some(({ found }) => !found),
        },
        {
          mark: 'dot',
          colour: 'worse',
          label: 'slower',
          occurs: compared.some(({ found, time }) => found && (time.value ?? 1) > 1),
        },
        {
          mark: 'dot',
          colour: 'better',
          label: 'faster',
          occurs: compared.some(({ found, time }) => found && (time.value ?? 1) <= 1),
        },
      ]}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Model' },
          { label: 'Sandboxes' },
          { label: 'Calls' },
          { label: 'Share of calls', unit: '1' },
          ...estimateColumns('Time', 'ratio'),
          { label: 'CPU time', unit: 'ratio' },
          { label: 'Cost', unit: 'ratio' },
          { label: 'q' },
        ],
        rows: models.map(({ model, sandboxes, calls, share: part, time, cpuTime, costRatio, q }) => [
          model,
          sandboxes,
          calls,
          part,
          ...estimateCells(time),
          cpuTime.value,
          costRatio,
          q,
        ]),
      }}
      evidence={
        entry && {
          n: counted(
            models.reduce((sum, { sandboxes }) => sum + sandboxes, 0),
            'sandbox',
            'sandboxes',
          ),
          restsOn: 'sandboxes of the same hour and size of memory against each other, by permutation',
          wrongIf: 'the platform gives a model to one kind of traffic',
        }
      }
      {...(models.length === 0 && {
        instead: (
          <NotKnowable
            why="No sandbox reported its CPU model."
            then="It is read from /proc/cpuinfo, which some platforms hide."
          />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
