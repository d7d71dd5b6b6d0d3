import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { CostAnswer, FunctionsAnswer, FunctionSummary, ReuseAnswer } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useTimeline } from '../api/timeline.ts';
import { useAnswer, useSlowAnswer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import { drawStrip, STRIP_HEIGHT } from '../charts/strip.ts';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { To } from '../frame/to.tsx';
import { onPage } from '../location.ts';
import { FunctionCards } from '../parts/function-cards.tsx';
import { useScope } from '../parts/use-scope.ts';
import { ENOUGH_CALLS, placeWords } from '../verdicts.ts';
import { costVerdict } from '../verdicts/cost.ts';
import { count, counted, duration, money, share } from '../words.ts';

/** One function: key figures, its calls over time, and a small picture per page that links there. */
export function Page(): ReactNode {
  const { place, range, query, utc, zoom, zoomOut } = useScope();
  const name = place.scope.function ?? '';
  const functions = useAnswer<FunctionsAnswer>(urlOf('functions', query), range.isLive);
  const timeline = useTimeline(urlOf('timeline', { ...query, buckets: 96 }), range.isLive);
  const reuse = useSlowAnswer<ReuseAnswer>(urlOf('reuse', query));
  const cost = useSlowAnswer<CostAnswer>(urlOf('cost', query));
  const summary = functions.data?.functions.find((one) => one.function === name);
  const strip = useMemo(() => timeline.data && drawStrip(timeline.data, utc), [timeline.data, utc]);
  if (functions.data && functions.data.total.invocations === 0 && !functions.isOld) return <FirstRun />;
  const places = (reuse.data?.functions ?? []).filter((one) => one.function === name);
  const others = places.filter(
    ({ deployment: { region } }) => place.scope.region !== undefined && region !== place.scope.region,
  );
  const here = places.find((one) => !others.includes(one));
  const buckets = timeline.data?.buckets ?? [];
  const calls = buckets.reduce((sum, { cold, warm, unknown }) => sum + cold + warm + unknown, 0);
  const cold = buckets.reduce((sum, bucket) => sum + bucket.cold, 0);
  const verdict = `${counted(calls, 'call')} in this range, ${count(cold)} of them cold.`;
  return (
    <>
      <div className="page-head figures">
        <div className="who">
          <h1>
            <bdi title={name}>{name}</bdi>
          </h1>
          <p className="question">{here ? placeWords(here.deployment) : ''}</p>
          {others.map(({ deployment: { platform, accountId, region } }) => (
            <p className="question" key={`${platform} ${accountId} ${region}`}>
              also in{' '}
              <To
                className="link"
                place={{
                  ...onPage(place, 'function'),
                  scope: {
                    function: name,
                    ...(platform && { platform }),
                    ...(accountId && { account: accountId }),
                    ...(region && { region }),
                  },
                }}
              >
                {region ?? 'another place'}
              </To>
              , judged apart
            </p>
          ))}
        </div>
        {summary ? (
          <Figures summary={summary} cost={cost.data} />
        ) : (
          <p className="question">
            {functions.error
              ? 'Its figures could not be loaded.'
              : functions.data
                ? 'No call in this range.'
                : 'Reading…'}
          </p>
        )}
      </div>
      <Picture
        name="strip"
        question="When was it called, and when was it cold?"
        verdict={verdict}
        isSmall
        answer={timeline}
        legend={[
          { mark: 'bar', colour: 'warm', label: 'calls' },
          ...(cold > 0 ? [{ mark: 'bar', colour: 'cold', label: 'cold starts' } as const] : []),
          ...(buckets.some(({ errors }) => errors > 0)
            ? [{ mark: 'triangle', colour: 'err', label: 'failures' } as const]
            : []),
        ]}
        note="heights are square roots of counts"
        {...(strip && { png: { draw: strip, height: STRIP_HEIGHT } })}
        table={{
          columns: [
            { label: 'From' },
            { label: 'Warm' },
            { label: 'Cold' },
            { label: 'Unknown' },
            { label: 'Failed' },
            { label: 'Alive' },
          ],
          rows: buckets.map((one) => [
            one.start,
            one.warm,
            one.cold,
            one.unknown,
            one.errors,
            one.sandboxesAlive,
          ]),
        }}
      >
        {strip && (
          <Chart draw={strip} height={STRIP_HEIGHT} label={verdict} onBrush={zoom} onZoomOut={zoomOut} />
        )}
      </Picture>
      <FunctionCards timeline={timeline} cost={cost} />
    </>
  );
}

function Figures({
  summary,
  cost,
}: {
  readonly summary: FunctionSummary;
  readonly cost: CostAnswer | undefined;
}): ReactNode {
  const { invocations, errors, lostSpans, coldRate, coldStart, sandboxes, alive, hosts, hostConfidence } =
    summary;
  const isEnough = coldRate.n >= ENOUGH_CALLS;
  const bills = cost?.functions ?? [];
  const month = bills.reduce((sum, { perMonth }) => sum + (perMonth?.value ?? 0), 0);
  const isPriced = bills.some(({ perMonth }) => perMonth?.value !== undefined);
  const lost = lostSpans === undefined || lostSpans === 0 ? '' : `, ${count(lostSpans)} lost`;
  const figures: readonly (readonly [string, string, string])[] = [
    ['Calls', count(invocations), `${count(errors)} failed${lost}`],
    [
      'Cold rate',
      isEnough ? share(coldRate.value ?? 0) : 'not enough yet',
      isEnough
        ? `${share(coldRate.low)} to ${share(coldRate.high)}`
        : `${coldRate.n} of ${ENOUGH_CALLS} calls`,
    ],
    [
      'A cold start costs its caller',
      coldStart ? duration(coldStart.costMs) : 'unknown',
      coldStart ? `p99 ${duration(coldStart.initMs.p99)} start-up` : 'no start-up time',
    ],
    [
      'Calls a sandbox',
      sandboxes ? (invocations / sandboxes).toFixed(1) : 'no ids',
      sandboxes === undefined ? '' : counted(sandboxes, 'sandbox', 'sandboxes'),
    ],
    ['Alive now', alive === undefined ? 'no ids' : count(alive), ''],
    [
      'Hosts',
      hosts === undefined ? 'not identifiable' : count(hosts),
      hosts === undefined
        ? hostConfidence === 'class'
          ? 'own kernel per sandbox'
          : 'no host shows through'
        : 'seen',
    ],
    [
      'Cost',
      isPriced ? money(month, bills[0]?.plan?.currency) : 'no price',
      isPriced ? 'a month, at this rate' : costVerdict([]),
    ],
  ];
  return (
    <dl className="figures-list">
      {figures.map(([words, value, note]) => (
        <div key={words}>
          <dt>{words}</dt>
          <dd>
            {value}
            <span className="second">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
