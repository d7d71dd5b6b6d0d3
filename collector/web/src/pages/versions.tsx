import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { VersionsAnswer, VersionsEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawIntervals, intervalsHeight } from '../charts/intervals.ts';
import type { IntervalRow } from '../charts/intervals.ts';
import { Picture } from '../frame/picture.tsx';
import { NotEnough, NotKnowable } from '../frame/states.tsx';
import { go, withQuery } from '../location.ts';
import type { Place } from '../location.ts';
import { useScope } from '../parts/use-scope.ts';
import {
  amountWords,
  deployVerdict,
  differenceWords,
  METRICS,
  relative,
  versionWords,
} from '../verdicts/versions.ts';
import type { Change } from '../verdicts/versions.ts';
import { change, count, counted, interval, moment, nameIn } from '../words.ts';
import { Packages } from '../parts/packages.tsx';
import { estimateColumns } from '../frame/table.tsx';

const VERDICTS: Readonly<Record<Change['verdict'], string>> = {
  worse: '▲ worse',
  better: '▼ better',
  same: 'no change',
  'not-enough-data': 'not enough yet',
};

const keyOf = ({ function: name, deployment, after }: VersionsEntry): string =>
  [nameIn(name, deployment), after.version, after.memoryMb ?? '', after.from].join(' ');

/** What did each deploy change? The newest first; one is shown in detail. */
export function Page(): ReactNode {
  const { place, query, utc } = useScope();
  const { version: _, ...all } = query;
  const answer = useSlowAnswer<VersionsAnswer>(urlOf('versions', all));
  const deploys = answer.data?.deploys ?? [];
  const asked = place.query.get('deploy');
  const deploy = deploys.find((one) => keyOf(one) === asked) ?? deploys[0];
  // Where nothing is told, the evidence of the comparison says how to fill it.
  const hasPackages = (deploy?.packages.length ?? 0) > 0;
  return (
    <>
      <Comparison answer={answer} deploy={deploy} />
      <div className={hasPackages ? 'columns two-one' : 'columns'}>
        <Picture
          name="deploys"
          question="Which deploys were there?"
          verdict={deploysVerdict(deploys)}
          answer={answer}
          table={{
            columns: [
              { label: 'Function' },
              { label: 'Before' },
              { label: 'After' },
              { label: 'Since' },
              { label: 'Calls before' },
              { label: 'Calls after' },
              { label: 'Verdict' },
              { label: 'In a sentence' },
            ],
            rows: deploys.map((one) => [
              one.function,
              versionWords(one.before, one.after),
              versionWords(one.after, one.before),
              one.after.from,
              one.before.invocations,
              one.after.invocations,
              VERDICTS[one.verdict],
              one.summary,
            ]),
          }}
          {...(deploys.length === 0 && {
            instead: (
              <NotKnowable
                why="No function had two versions or two sizes of memory in this range."
                then="A deploy shows here once spans report another `faas.version` or `faas.max_memory`; a longer range may hold one."
              />
            ),
          })}
        >
          <DeployList place={place} deploys={deploys} chosen={deploy} utc={utc} />
        </Picture>
        {hasPackages && <Packages answer={answer} deploy={deploy} />}
      </div>
    </>
  );
}

function DeployList({
  place,
  deploys: list,
  chosen,
  utc: isUtc,
}: {
  readonly place: Place;
  readonly deploys: readonly VersionsEntry[];
  readonly chosen: VersionsEntry | undefined;
  readonly utc: boolean;
}): ReactNode {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Deploys, newest first">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Function</th>
            <th scope="col">Deploy</th>
            <th scope="col">Since</th>
            <th scope="col" className="num">
              Calls
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {list.slice(0, 40).map((one) => (
            <tr key={keyOf(one)} className={one === chosen ? 'is-chosen' : undefined}>
              <td className="name">
                <bdi className="cut" title={nameIn(one.function, one.deployment)}>
                  {one.function}
                </bdi>
              </td>
              <td className="nowrap">
                <button
                  type="button"
                  className="link"
                  onClick={() => go(withQuery(place, { deploy: keyOf(one) }), true)}
                >
                  <bdi>
                    {versionWords(one.before, one.after)} → {versionWords(one.after, one.before)}
                  </bdi>
                </button>
              </td>
              <td className="nowrap">{moment(Date.parse(one.after.from), isUtc)}</td>
              <td className="num">
                {count(one.before.invocations)} → {count(one.after.invocations)}
              </td>
              <td className="nowrap">{VERDICTS[one.verdict]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function deploysVerdict(deploys: readonly VersionsEntry[]): string {
  if (deploys.length === 0) return 'No deploy in this range.';
  const worse = deploys.filter(({ verdict }) => verdict === 'worse').length;
  return `${counted(deploys.length, 'deploy')}; ${worse === 0 ? 'none made anything worse' : `${count(worse)} made something worse`}.`;
}

interface Props {
  readonly answer: Answer<VersionsAnswer>;
  readonly deploy: VersionsEntry | undefined;
}

const COLOURS = { worse: 'worse', better: 'better', same: 'c0', 'not-enough-data': 'line' } as const;

function rowOf(change: Change): IntervalRow {
  const { metric, before, after, difference, verdict } = change;
  const place = relative(change);
  const was = before.value === undefined ? 'unknown' : amountWords(metric, before.value);
  const is = after.value === undefined ? 'unknown' : amountWords(metric, after.value);
  return {
    label: METRICS[metric],
    note: `${was} → ${is}`,
    value: place?.value,
    low: place?.low,
    high: place?.high,
    colour: COLOURS[verdict],
    isSure: verdict !== 'not-enough-data',
    said:
      difference === undefined
        ? `too few to compare (${count(before.n)}, ${count(after.n)})`
        : place === undefined
          ? differenceWords(metric, difference.value)
          : `${verdict === 'worse' ? '▲ ' : verdict === 'better' ? '▼ ' : ''}${differenceWords(metric, difference.value)}`,
    says: () => [
      `${METRICS[metric]}: ${was} → ${is}`,
      ...(difference
        ? [
            `difference ${differenceWords(metric, difference.value)}, 95 %: ${interval(difference.low, difference.high, (value) => differenceWords(metric, value))}`,
            `this many calls would show ${amountWords(metric, difference.detectable)}`,
          ]
        : [`too few on one side: ${count(before.n)} before, ${count(after.n)} after`]),
      VERDICTS[verdict],
    ],
  };
}

function Comparison({ answer, deploy }: Props): ReactNode {
  const rows = useMemo(() => (deploy?.changes ?? []).map(rowOf), [deploy]);
  const draw = useMemo(
    () =>
      drawIntervals(rows, {
        kind: 'linear',
        say: (value) => (value === 0 ? '0' : change(value)),
        title: 'difference, of what was before',
        reference: { at: 0, words: 'no change' },
        // Few failures have a wide interval, which would flatten all others.
        clipAt: Math.max(0.5, ...rows.map(({ value = 0 }) => 1.2 * Math.abs(value))),
      }),
    [rows],
  );
  const verdict = deployVerdict(deploy);
  const has = (wanted: Change['verdict']): boolean =>
    deploy?.changes.some((change) => change.verdict === wanted && relative(change) !== undefined) ?? false;
  const height = intervalsHeight(rows.length);
  return (
    <Picture
      name="versions"
      question={`What did the deploy change?${deploy ? ` (${deploy.function}, ${versionWords(deploy.before, deploy.after)} → ${versionWords(deploy.after, deploy.before)})` : ''}`}
      verdict={verdict}
      answer={answer}
      legend={[
        { mark: 'dot', colour: 'worse', label: 'worse', occurs: has('worse') },
        { mark: 'dot', colour: 'better', label: 'better', occurs: has('better') },
        { mark: 'dot', colour: 'c0', label: 'no relevant change', occurs: has('same') },
        {
          mark: 'hatch',
          colour: 'line',
          label: 'too few calls: a change might hide',
          occurs: has('not-enough-data'),
        },
      ]}
      png={{ draw, height }}
      table={{
        columns: [
          { label: 'Figure' },
          { label: 'Before' },
          { label: 'After' },
          ...estimateColumns('Difference'),
          { label: 'p' },
          { label: 'Would have shown' },
          { label: 'Verdict' },
        ],
        rows: (deploy?.changes ?? []).map(({ metric, before, after, difference, verdict: own }) => [
          metric,
          before.value,
          after.value,
          difference?.value,
          difference?.low,
          difference?.high,
          difference?.p,
          difference?.detectable,
          VERDICTS[own],
        ]),
      }}
      evidence={
        deploy && {
          n: `${counted(deploy.before.invocations, 'call')} before, ${count(deploy.after.invocations)} after`,
          restsOn: deploy.restsOn.join('; '),
          missing:
            deploy.missing
              .map(({ what, n, needed }) => `${what} (${count(n)} of ${count(needed)})`)
              .join('; ') || undefined,
          wrongIf: 'the versions had different loads: both are compared over the whole range',
        }
      }
      {...(deploy === undefined && {
        instead: (
          <NotEnough what="There is nothing to compare yet." have={1} need={2} of="versions of a function" />
        ),
      })}
    >
      <Chart draw={draw} height={height} label={verdict} />
    </Picture>
  );
}
