import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ExperimentsAnswer, ExperimentsEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import { evidenceOf } from '../frame/basis.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { go, withQuery } from '../location.ts';
import { useScope } from '../parts/use-scope.ts';
import { comparedBy, medianOf, runListVerdict, runsVerdict } from '../verdicts/experiments.ts';
import { count, counted, duration, durationMark, moment, share, shortId } from '../words.ts';

const MOST_ROWS = 12;

/** How do runs of an experiment compare? For the chosen experiment, or the one that ran last. */
export function Page(): ReactNode {
  const { place, query, utc } = useScope();
  const answer = useSlowAnswer<ExperimentsAnswer>(urlOf('experiments', query));
  const runs = answer.data?.runs ?? [];
  const experiment = place.query.get('experiment') ?? runs[0]?.experiment;
  return (
    <>
      <Runs answer={answer} runs={runs} experiment={experiment} utc={utc} />
      <RunList
        answer={answer}
        runs={runs}
        utc={utc}
        choose={(name) => go(withQuery(place, { experiment: name }), true)}
      />
    </>
  );
}

interface Props {
  readonly answer: Answer<ExperimentsAnswer>;
  readonly runs: readonly ExperimentsEntry[];
  readonly utc: boolean;
}

const nameOf = ({ start, runId }: ExperimentsEntry, utc: boolean): string =>
  `${moment(Date.parse(start), utc)} · ${shortId(runId)}`;

function Runs({
  answer,
  runs,
  experiment,
  utc,
}: Props & { readonly experiment: string | undefined }): ReactNode {
  const own = useMemo(() => runs.filter((run) => run.experiment === experiment), [runs, experiment]);
  const by = comparedBy(own);
  const shown = own.slice(0, MOST_ROWS);
  const draw = useMemo(
    () =>
      drawIntervals(
        own.slice(0, MOST_ROWS).map((run) => {
          const { value, low, high, n } = medianOf(run, by);
          return {
            label: nameOf(run, utc),
            note: run.functions.join(', '),
            value,
            low,
            high,
            spreadTo: (by === 'warm' ? run.warmCalls : run.all).p95Ms.value,
            said: value === undefined ? 'no call was answered' : duration(value),
            says: () => [
              `${nameOf(run, utc)}: half of ${counted(n, 'call')} took ${duration(value ?? 0)} or less`,
              `${counted(run.calls, 'call')}, ${share(run.failed.value ?? 0)} failed; ${counted(run.sandboxes, 'sandbox', 'sandboxes')} answered`,
            ],
          };
        }),
        {
          kind: 'logarithmic',
          say: durationMark,
          title: `time of a ${by === 'warm' ? 'warm call' : 'call'} as the client measured it: median with its interval, and 95 %`,
        },
      ),
    [own, by, utc],
  );
  const verdict = runsVerdict(own);
  const height = intervalsHeight(shown.length);
  const [newest] = own;
  return (
    <Picture
      name="experiments"
      question={`How do runs compare?${experiment === undefined ? '' : ` (${experiment})`}`}
      verdict={verdict}
      answer={answer}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Run' },
          { label: 'Began' },
          { label: 'Calls' },
          { label: 'Failed', unit: '1' },
          { label: 'Cold', unit: '1' },
          { label: 'Sandboxes' },
          { label: 'All, median', unit: 'ms' },
          { label: 'Cold, median', unit: 'ms' },
          { label: 'Warm, median', unit: 'ms' },
          { label: 'Warm, 95 %', unit: 'ms' },
        ],
        rows: own.map((run) => [
          run.runId,
          run.start,
          run.calls,
          run.failed.value,
          run.cold.value,
          run.sandboxes,
          run.all.p50Ms.value,
          run.coldCalls.p50Ms.value,
          run.warmCalls.p50Ms.value,
          run.warmCalls.p95Ms.value,
        ]),
      }}
      evidence={evidenceOf(newest?.basis, counted(newest?.calls ?? 0, 'call'), {
        interval: 'of each median, by order statistics',
        wrongIf: 'calls of a batch wait for one another: intervals are then too narrow',
      })}
      {...(newest === undefined
        ? {
            instead: (
              <NotKnowable
                why="No run of an experiment came in."
                then="`sandscope probe backoff --url URL --collector` with the address of this collector measures a function from outside and sends its spans here; several runs are then compared."
              />
            ),
          }
        : !newest.basis.enough && {
            instead: (
              <NotEnough
                what="The newest run cannot be compared yet."
                have={newest.basis.n}
                need={newest.basis.needed}
                of="calls"
              />
            ),
          })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}

function RunList({
  answer,
  runs,
  utc,
  choose,
}: Props & { readonly choose: (experiment: string) => void }): ReactNode {
  return (
    <Picture
      name="run-list"
      question="Which runs are there?"
      verdict={runListVerdict(runs)}
      isSmall
      answer={answer}
      table={{
        columns: [
          { label: 'Experiment' },
          { label: 'Run' },
          { label: 'Began' },
          { label: 'Ended' },
          { label: 'Functions' },
          { label: 'Calls' },
          { label: 'Failed', unit: '1' },
          { label: 'Errors' },
        ],
        rows: runs.map((run) => [
          run.experiment,
          run.runId,
          run.start,
          run.end,
          run.functions.join(', '),
          run.calls,
          run.failed.value,
          run.errors.join(', '),
        ]),
      }}
      {...(runs.length === 0 && {
        instead: <NotEnough what="There is nothing to list." have={0} need={1} of="runs" />,
      })}
    >
      <div className="scroll" tabIndex={0} role="region" aria-label="Runs">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Experiment</th>
              <th scope="col">Run</th>
              <th scope="col">Functions</th>
              <th scope="col" className="num">
                Calls
              </th>
              <th scope="col" className="num">
                Failed
              </th>
              <th scope="col" className="num">
                Cold
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, 50).map((run) => (
              <tr key={`${run.experiment} ${run.runId}`}>
                <td className="name">
                  <button type="button" className="link cut" onClick={() => choose(run.experiment)}>
                    <bdi title={run.experiment}>{run.experiment}</bdi>
                  </button>
                </td>
                <td className="nowrap">{nameOf(run, utc)}</td>
                <td className="name">
                  <bdi className="cut" title={run.functions.join(', ')}>
                    {run.functions.join(', ')}
                  </bdi>
                </td>
                <td className="num">{count(run.calls)}</td>
                <td className="num">
                  {run.failed.value === undefined ? 'unknown' : share(run.failed.value)}
                </td>
                <td className="num">{run.cold.value === undefined ? 'unknown' : share(run.cold.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Picture>
  );
}
