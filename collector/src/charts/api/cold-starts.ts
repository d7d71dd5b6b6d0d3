import { wilson } from '../../statistics/proportion.ts';
import { thinned } from '../../lists/index.ts';
import { colourOf, tally } from '../colours.ts';
import { baseOption, latencyAxis, shareAxis, shareScale, timeAxis } from '../options.ts';
import type { ChartContext, Evidence, LegendEntry, Picture } from '../picture.ts';
import type { EChartsOption } from '../echarts.ts';
import { band, sketch } from '../sketch.ts';
import type { Place, Shape } from '../sketch.ts';
import { count, counted, duration, name, range, share } from '../words.ts';
import { millis } from './answers.ts';
import type { BucketRow, FunctionAnswers, InvocationRow } from './answers.ts';

/** Maximum number of warm calls drawn; cold starts and failures are always drawn. */
export const MOST_WARM_DOTS = 3000;
/** Maximum number of points of the rate below. */
const MOST_RATES = 30;

/** Every call as a dot over time, cold ones marked; the rate below. */
export function coldStarts(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, invocations: answer, timeline } = answers;
  const calls = answer.invocations;
  const cold = calls.filter(isCold);
  const failed = calls.filter((call) => !isCold(call) && call.status === 'Error');
  const warm = calls.filter((call) => !isCold(call) && call.status !== 'Error');
  const drawn = thinned(warm, MOST_WARM_DOTS);
  const rates = ratesOf(timeline.buckets, timeline.bucketMs);
  return {
    chart: 'cold-starts',
    question: `${name(summary.function)}: how often does a call wait for a cold start, and when?`,
    verdict: verdictOf(answers),
    legend: legendOf({
      cold: cold.length,
      failed: failed.length,
      warm: warm.length,
      drawn: drawn.length,
      seen: calls.length,
      all: summary.invocations,
      sandboxes: summary.sandboxes,
    }),
    height: 372,
    ...(calls.length > 0 && { option: optionOf({ answers, cold, failed, drawn, rates }, context) }),
    evidence: evidenceOf(answers),
    table: {
      columns: [
        { label: 'start' },
        { label: 'sandbox' },
        { label: 'cold' },
        { label: 'time in the function, start-up included', unit: 'ms' },
      ],
      rows: calls.map((call) => [
        call.start,
        call.sandboxId,
        call.cold === undefined ? undefined : call.cold ? 'cold' : 'warm',
        waitMs(call),
      ]),
    },
  };
}

const isCold = ({ cold }: InvocationRow): boolean => cold === true;

/** The caller's wait as the function sees it: it includes a cold start's initialisation. */
export const waitMs = ({ cold, durationMs, initDurationMs = 0 }: InvocationRow): number =>
  durationMs + (cold === true ? initDurationMs : 0);

function verdictOf({ summary }: FunctionAnswers): string {
  const { coldRate, cold, invocations, coldStart } = summary;
  const { value } = coldRate;
  if (value === undefined)
    return 'How often a call waits is not known yet: no call reported whether it was cold.';
  if (cold === 0)
    return `None of ${counted(invocations, 'call')} waited for a cold start; at most ${share(coldRate.high)} do.`;
  const cost = coldStart ? `; a cold start costs ${duration(coldStart.costMs)}` : '';
  const often =
    value >= 0.995
      ? 'Every call waits'
      : value >= 0.4
        ? `${Math.round(value * 10)} calls in 10 wait`
        : `One call in ${count(1 / value)} waits`;
  return `${often} for a cold start (${share(value)})${cost}.`;
}

interface Numbers {
  readonly cold: number;
  readonly failed: number;
  readonly warm: number;
  readonly drawn: number;
  readonly seen: number;
  readonly all: number;
  readonly sandboxes: number;
}

function legendOf(n: Numbers): LegendEntry[] {
  const thin = n.drawn < n.warm ? `, ${count(n.drawn)} of ${count(n.warm)} drawn` : '';
  const newest = n.seen < n.all ? `; the newest ${count(n.seen)} of ${counted(n.all, 'call')}` : '';
  return [
    ...(n.warm > 0
      ? [{ mark: 'dot', colour: 'c1', label: `warm call, coloured by sandbox${thin}${newest}` } as const]
      : []),
    ...(n.warm > 0 && n.sandboxes > 6
      ? [{ mark: 'dot', colour: 'c0', label: 'warm call, other sandboxes' } as const]
      : []),
    ...(n.cold > 0 ? [{ mark: 'diamond', colour: 'cold', label: 'cold start' } as const] : []),
    ...(n.failed > 0 ? [{ mark: 'triangle', colour: 'err', label: 'failed' } as const] : []),
    { mark: 'band', colour: 'cold', label: 'share of calls that were cold, 95 %' },
  ];
}

interface Rate {
  readonly atMs: number;
  readonly value?: number;
  readonly low: number;
  readonly high: number;
}

/** Merges buckets so that the line is readable. */
function ratesOf(buckets: readonly BucketRow[], bucketMs: number): Rate[] {
  const every = Math.max(1, Math.ceil(buckets.length / MOST_RATES));
  return Array.from({ length: Math.ceil(buckets.length / every) }, (_, index) => {
    const group = buckets.slice(index * every, (index + 1) * every);
    const cold = group.reduce((sum, bucket) => sum + bucket.cold, 0);
    const known = group.reduce((sum, bucket) => sum + bucket.cold + bucket.warm, 0);
    const atMs = millis(group[0]?.start ?? '') + (group.length * bucketMs) / 2;
    return { atMs, ...wilson(cold, known) };
  });
}

interface Drawn {
  readonly answers: FunctionAnswers;
  readonly cold: readonly InvocationRow[];
  readonly failed: readonly InvocationRow[];
  readonly drawn: readonly InvocationRow[];
  readonly rates: readonly Rate[];
}

function optionOf({ answers, cold, failed, drawn, rates }: Drawn, context: ChartContext): EChartsOption {
  const { tokens } = context;
  const { invocations } = answers.invocations;
  const colour = colourOf(tally(invocations.map(({ sandboxId = '' }) => sandboxId)));
  const point = (call: InvocationRow) => [millis(call.start), waitMs(call)];
  const starts = invocations.map(({ start }) => millis(start));
  const first = starts.reduce((least, at) => Math.min(least, at), Infinity);
  const last = starts.reduce((most, at) => Math.max(most, at), -Infinity);
  const room = Math.max(1000, (last - first) * 0.02);
  const x = { min: Math.floor(first - room), max: Math.ceil(last + room) };
  const inRange = rates.filter(({ atMs }) => atMs >= x.min && atMs <= x.max);
  const known = (rate: Rate, value: number | undefined) => [
    rate.atMs,
    rate.value === undefined ? null : (value ?? null),
  ];
  const highest = inRange.reduce(
    (most, { value, high }) => (value === undefined ? most : Math.max(most, high)),
    0,
  );
  return {
    ...baseOption(context),
    grid: [
      { outerBoundsMode: 'none', left: 66, right: 32, top: 12, height: 220 },
      { outerBoundsMode: 'none', left: 66, right: 32, top: 262, height: 70 },
    ],
    xAxis: [
      timeAxis(context, { ...x, gridIndex: 0, isLabelled: false }),
      timeAxis(context, { ...x, gridIndex: 1, name: context.utc === false ? 'time' : 'time, UTC' }),
    ],
    yAxis: [
      latencyAxis(context, invocations.map(waitMs), { gridIndex: 0, name: 'time in the function, log' }),
      shareAxis(context, { gridIndex: 1, ...shareScale(highest), name: 'share cold' }),
    ],
    series: [
      {
        type: 'scatter',
        name: 'warm',
        silent: true,
        symbol: 'circle',
        symbolSize: 5,
        data: drawn.map((call) => ({
          value: point(call),
          itemStyle: { color: tokens[colour(call.sandboxId ?? '')], opacity: 0.6 },
        })),
      },
      {
        type: 'scatter',
        name: 'failed',
        silent: true,
        symbol: 'triangle',
        symbolSize: 9,
        itemStyle: { opacity: 1, color: tokens.err, borderColor: tokens.card, borderWidth: 0.5 },
        data: failed.map(point),
      },
      {
        type: 'scatter',
        name: 'cold',
        silent: true,
        symbol: 'diamond',
        symbolSize: 11,
        itemStyle: { opacity: 1, color: tokens.cold, borderColor: tokens.card, borderWidth: 0.7 },
        data: cold.map(point),
      },
      sketch('interval', (at) => rateBands(inRange, at, tokens.cold), { axis: 1 }),
      {
        type: 'line',
        name: 'share cold',
        silent: true,
        xAxisIndex: 1,
        yAxisIndex: 1,
        symbol: 'circle',
        symbolSize: 4,
        lineStyle: { color: tokens.cold, width: 1.8 },
        itemStyle: { color: tokens.cold },
        data: inRange.map((rate) => known(rate, rate.value)),
      },
    ],
  };
}

/** A band between consecutive points, a bar of four pixels for an isolated one. */
function rateBands(rates: readonly Rate[], at: Place, colour: string): Shape[] {
  const runs: Rate[][] = [[]];
  for (const rate of rates) {
    if (rate.value === undefined) runs.push([]);
    else runs.at(-1)?.push(rate);
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => {
      const room = run.length === 1 ? 2 : 0;
      const edge = (value: (rate: Rate) => number) =>
        [run[0]!, ...run, run.at(-1)!].map((rate, index, all) => {
          const [x, y] = at(rate.atMs, value(rate));
          return [x + (index === 0 ? -room : index === all.length - 1 ? room : 0), y] as const;
        });
      return band([...edge(({ high }) => high), ...edge(({ low }) => low).toReversed()], colour);
    });
}

function evidenceOf({ summary, timeline }: FunctionAnswers): Evidence {
  const { invocations, cold, lostSpans, coldRate } = summary;
  const all = invocations + lostSpans;
  return {
    n: `${counted(invocations, 'call')}, ${count(cold)} cold, ${counted(summary.sandboxes, 'sandbox', 'sandboxes')}`,
    ...(coldRate.value !== undefined && { interval: range(coldRate.low, coldRate.high, share) }),
    complete:
      lostSpans === 0
        ? 'no call is missing by the ordinals'
        : `${share(invocations / all)} (${counted(lostSpans, 'call')} lost)`,
    restsOn: `the start flag of each call${timeline.truncated ? '; there was more data than was examined' : ''}`,
    wrongIf: 'sandboxes were started ahead of a call without a flag that shows it',
  };
}
