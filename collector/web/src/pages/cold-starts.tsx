import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { ColdStartsAnswer, FunctionsAnswer, PointsEntry } from '../api/answers.ts';
import { urlOf } from '../api/client.ts';
import { useTimeline } from '../api/timeline.ts';
import { usePoints } from '../api/points.ts';
import { useAnswer, useSlowAnswer } from '../api/use-answer.ts';
import type { Answer } from '../api/use-answer.ts';
import { Chart } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { DOTS_HEIGHT, drawDots, valueOf } from '../charts/dots.ts';
import { drawPhases, phasesOf, PHASES_HEIGHT } from '../charts/phases.ts';
import type { LegendEntry } from '../frame/legend.tsx';
import { FirstRun } from '../frame/first-run.tsx';
import { Picture } from '../frame/picture.tsx';
import { Segments } from '../frame/segments.tsx';
import { NotEnough } from '../frame/states.tsx';
import { go, withQuery } from '../location.ts';
import { colourOf, tally } from '../statistics.ts';
import { coldRateVerdict, completenessWords, ENOUGH_CALLS, phasesVerdict } from '../verdicts.ts';
import { count, counted, interval, moment, share } from '../words.ts';
import { Causes } from '../parts/causes.tsx';
import { openPoint } from '../parts/open-point.ts';
import { Replay } from '../parts/replay.tsx';
import { useScope } from '../parts/use-scope.ts';

const SIX = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'] as const satisfies readonly Token[];
type By = 'start' | 'sandbox' | 'version' | 'function';

const keyOf = (point: PointsEntry, by: By): string =>
  by === 'start'
    ? ''
    : by === 'sandbox'
      ? (point.sandbox ?? '')
      : by === 'version'
        ? (point.version ?? '')
        : point.function;

/** How often does a call wait for a cold start, when, and where does its time go? */
export function Page(): ReactNode {
  const { place, range, query, utc, zoom, zoomOut } = useScope();
  const isOne = query['function'] !== undefined;
  const answer = usePoints(query, range.isLive);
  const timeline = useTimeline(urlOf('timeline', { ...query, buckets: 48 }), range.isLive);
  const functions = useAnswer<FunctionsAnswer>(urlOf('functions', query), range.isLive);
  const causes = useSlowAnswer<ColdStartsAnswer>(urlOf('cold-starts', query));
  const isWait = place.query.get('y') !== 'function';
  const asked = place.query.get('colour') as By | null;
  const by: By = asked ?? (isOne ? 'sandbox' : 'function');
  const { data } = answer;

  const draw = useMemo(() => {
    if (!data) return undefined;
    const colours = colourOf(tally(data.points.map((point) => keyOf(point, by))), SIX, 'c0' as const);
    const colour = (point: PointsEntry): Token => (by === 'start' ? 'warm' : colours(keyOf(point, by)));
    return drawDots({
      points: data,
      timeline: timeline.data,
      isWait,
      colour,
      utc,
      open: (point) => void openPoint(place, point).catch(() => undefined),
      hasFunction: !isOne,
    });
  }, [data, timeline.data, by, isWait, utc, place, isOne]);

  if (data && data.invocations === 0 && !answer.isOld) return <FirstRun />;
  const total = functions.data?.total;
  const points = data?.points ?? [];
  const cold = points.filter((point) => point.cold);
  const failed = points.some((point) => point.failed);
  const rate = total?.coldRate ?? { n: 0, low: 0, high: 1 };
  const verdict = total
    ? coldRateVerdict(rate, total.cold)
    : `${counted(cold.length, 'cold start')} among ${counted(data?.invocations ?? 0, 'call')}.`;
  const legend: LegendEntry[] = [
    ...warmLegend(points, by),
    ...(cold.length > 0 ? [{ mark: 'diamond', colour: 'cold', label: 'cold start' } as const] : []),
    ...(failed ? [{ mark: 'triangle', colour: 'err', label: 'failed' } as const] : []),
  ];
  return (
    <>
      <Picture
        name="cold-starts"
        question="How often does a call wait for a cold start, and when?"
        verdict={verdict}
        answer={answer}
        controls={
          <>
            <Segments
              label="Colour"
              value={by}
              options={[
                ['start', 'Start'],
                ['sandbox', 'Sandbox'],
                ['version', 'Version'],
                ...(isOne ? [] : [['function', 'Function'] as const]),
              ]}
              onChoose={(value) => go(withQuery(place, { colour: value }), true)}
            />
            <Segments
              label="Height"
              value={isWait ? 'wait' : 'function'}
              options={[
                ['wait', 'With start-up'],
                ['function', 'Function time'],
              ]}
              onChoose={(value) => go(withQuery(place, { y: value === 'wait' ? undefined : value }), true)}
            />
          </>
        }
        legend={legend}
        note={data && drawnNote(data.points.length, data.invocations, data.warmEvery, data.truncated)}
        {...(draw && { png: { draw, height: DOTS_HEIGHT } })}
        table={{
          columns: [
            { label: 'Time' },
            { label: 'Function' },
            { label: 'Start' },
            { label: isWait ? 'With start-up' : 'Function time', unit: 'ms' },
            { label: 'Start-up', unit: 'ms' },
            { label: 'Failed' },
            { label: 'Version' },
            { label: 'Sandbox' },
          ],
          rows: points.map((point) => [
            moment(point.startUnixMs, utc),
            point.function,
            point.cold === undefined ? undefined : point.cold ? 'cold' : 'warm',
            valueOf(point, isWait),
            point.initMs,
            point.failed ? 'failed' : 'no',
            point.version,
            point.sandbox,
          ]),
        }}
        evidence={{
          n: `${counted(data?.invocations ?? 0, 'call')}, ${count(total?.cold ?? cold.length)} cold`,
          interval: rate.n >= ENOUGH_CALLS ? interval(rate.low, rate.high, share) : undefined,
          complete: total && completenessWords(total.invocations, total.lostSpans),
          restsOn: 'start flag and ordinal of each call',
          wrongIf: 'sandboxes were started ahead of a call without a flag that shows it',
        }}
      >
        {draw && (
          // The dots are there before the rate under them.
          <div aria-busy={(timeline.data === undefined && !timeline.error) || undefined}>
            <Chart draw={draw} height={DOTS_HEIGHT} label={verdict} onBrush={zoom} onZoomOut={zoomOut} />
          </div>
        )}
      </Picture>
      <div className="columns half">
        <Causes answer={causes} />
        <Phases answer={causes} />
      </div>
      <Replay answer={answer} utc={utc} />
    </>
  );
}

/** Names the items if they are few; sandboxes are too many. */
function warmLegend(points: readonly PointsEntry[], by: By): LegendEntry[] {
  if (by === 'start') return [{ mark: 'dot', colour: 'warm', label: 'warm call' }];
  const amounts = tally(points.map((point) => keyOf(point, by)));
  if (by === 'sandbox') return [{ mark: 'dot', colour: 'c1', label: 'warm call, coloured by sandbox' }];
  const colours = colourOf(amounts, SIX, 'c0' as const);
  const named = [...amounts.keys()].filter((thing) => thing !== '' && colours(thing) !== 'c0');
  const rest = amounts.size - named.length;
  return [
    ...named.map((thing): LegendEntry => ({
      mark: 'dot',
      colour: colours(thing),
      label: thing,
    })),
    ...(rest > 0 ? [{ mark: 'dot', colour: 'c0', label: `${rest} more` } as const] : []),
  ];
}

/** How much of the data is drawn, and what is never sampled away. */
function drawnNote(drawn: number, all: number, warmEvery: number, isCut: boolean): string {
  if (isCut) return `the newest ${count(drawn)} dots of ${count(all)}`;
  if (warmEvery === 1) return `${count(drawn)} dots drawn of ${count(all)}; nothing thinned`;
  return `${count(drawn)} of ${count(all)} dots: every cold start and failure; 1 warm call in ${count(warmEvery)}`;
}

function Phases({ answer }: { readonly answer: Answer<ColdStartsAnswer> }): ReactNode {
  const phases = useMemo(() => phasesOf(answer.data?.functions ?? []), [answer.data]);
  const draw = useMemo(() => drawPhases(phases.list), [phases]);
  const verdict = phasesVerdict(phases.list, phases.n, phases.totalMs);
  return (
    <Picture
      name="phases"
      question="Where does the time go?"
      verdict={verdict}
      isSmall
      answer={answer}
      png={{ draw, height: PHASES_HEIGHT }}
      table={{
        columns: [{ label: 'Part' }, { label: 'Median', unit: 'ms' }, { label: 'What it is' }],
        rows: phases.list.map(({ name, millis, note }) => [name, millis, note]),
      }}
      evidence={{
        n: counted(phases.n, 'cold start'),
        restsOn: phases.hasPlatform
          ? 'medians of what each start-up reported; the platform’s part is the additional wait of callers'
          : 'medians of what each start-up reported; the platform’s part comes on top, and only the caller’s spans show it',
        wrongIf: 'several kinds of starts are mixed here',
      }}
      {...(phases.n === 0 && {
        instead: <NotEnough what="No cold start reported its start-up." have={0} need={1} of="cold starts" />,
      })}
    >
      <Chart draw={draw} height={PHASES_HEIGHT} label={verdict} />
    </Picture>
  );
}
