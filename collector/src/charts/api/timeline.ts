import type { EChartsOption } from '../echarts.ts';
import { baseOption, timeAxis, valueAxis } from '../options.ts';
import type { ChartContext, LegendEntry, Picture } from '../picture.ts';
import { clock, count, counted, durationMark, name, spelled } from '../words.ts';
import { millis } from './answers.ts';
import type { BucketRow, FunctionAnswers } from './answers.ts';

/** Calls, cold and warm, and living sandboxes over time. */
export function timeline(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, timeline: answer } = answers;
  const buckets = withoutEmptyEnds(answer.buckets);
  const most = buckets.reduce((greatest, { sandboxesAlive }) => Math.max(greatest, sandboxesAlive), 0);
  return {
    chart: 'timeline',
    question: `${name(summary.function)}: how many calls came, and how many sandboxes were there for them?`,
    verdict: verdictOf(buckets, answer.bucketMs, most),
    legend: legendOf(buckets, answer.bucketMs),
    height: 320,
    ...(buckets.length > 0 && { option: optionOf(buckets, answer.bucketMs, context) }),
    evidence: {
      n: `${counted(summary.invocations, 'call')}, ${counted(summary.sandboxes, 'sandbox', 'sandboxes')}`,
      ...(summary.lostSpans > 0 && { complete: `${counted(summary.lostSpans, 'call')} lost` }),
      restsOn: 'calls received; a sandbox is there from its first call to its last, or to its goodbye',
      wrongIf: 'sandboxes were started that never got a call',
    },
    table: {
      columns: [
        { label: 'from' },
        { label: 'cold', unit: '1' },
        { label: 'warm', unit: '1' },
        { label: 'unknown', unit: '1' },
        { label: 'failed', unit: '1' },
        { label: 'sandboxes alive', unit: '1' },
      ],
      rows: buckets.map(({ start, cold, warm, unknown, errors, sandboxesAlive }) => [
        start,
        cold,
        warm,
        unknown,
        errors,
        sandboxesAlive,
      ]),
    },
  };
}

const isEmpty = ({ cold, warm, unknown, sandboxesAlive }: BucketRow): boolean =>
  cold + warm + unknown + sandboxesAlive === 0;

function withoutEmptyEnds(buckets: readonly BucketRow[]): readonly BucketRow[] {
  const first = buckets.findIndex((bucket) => !isEmpty(bucket));
  return first < 0 ? [] : buckets.slice(first, buckets.findLastIndex((bucket) => !isEmpty(bucket)) + 1);
}

function verdictOf(buckets: readonly BucketRow[], bucketMs: number, most: number): string {
  if (most === 0) return 'No call came in this time.';
  const worst = buckets.reduce((greatest, bucket) => Math.max(greatest, bucket.cold), 0);
  const start = buckets.find(({ cold }) => cold === worst)?.start ?? '';
  const many = `Up to ${spelled(most)} ${most === 1 ? 'sandbox is' : 'sandboxes are'} alive at once`;
  return worst === 0
    ? `${many}; none was started.`
    : `${many}; the ${durationMark(bucketMs)} with the most cold starts (${count(worst)}) begin at ${clock(millis(start))}.`;
}

function legendOf(buckets: readonly BucketRow[], bucketMs: number): LegendEntry[] {
  const any = (key: 'cold' | 'warm' | 'unknown' | 'errors'): boolean =>
    buckets.some((bucket) => bucket[key] > 0);
  return [
    ...(any('warm')
      ? [{ mark: 'bar', colour: 'warm', label: `warm calls, each ${durationMark(bucketMs)}` } as const]
      : []),
    ...(any('cold') ? [{ mark: 'bar', colour: 'cold', label: 'cold starts' } as const] : []),
    ...(any('unknown')
      ? [{ mark: 'bar', colour: 'c0', label: 'calls without that information' } as const]
      : []),
    ...(any('errors') ? [{ mark: 'triangle', colour: 'err', label: 'failed' } as const] : []),
    { mark: 'line', colour: 'c1', label: 'sandboxes alive' },
  ];
}

function optionOf(buckets: readonly BucketRow[], bucketMs: number, context: ChartContext): EChartsOption {
  const { tokens } = context;
  const at = ({ start }: BucketRow): number => millis(start);
  const time = { min: at(buckets[0]!), max: at(buckets.at(-1)!) + bucketMs };
  const bar = (key: 'cold' | 'warm' | 'unknown', color: string) => ({
    type: 'bar' as const,
    name: key,
    silent: true,
    stack: 'calls',
    barWidth: `${Math.max(20, 90 - buckets.length / 10)}%`,
    itemStyle: { color },
    data: buckets.map((bucket) => [at(bucket) + bucketMs / 2, bucket[key]]),
  });
  const tallest = buckets.reduce((most, { cold, warm, unknown }) => Math.max(most, cold + warm + unknown), 0);
  const steps = buckets.flatMap((bucket) => [
    [at(bucket), bucket.sandboxesAlive],
    [at(bucket) + bucketMs, bucket.sandboxesAlive],
  ]);
  return {
    ...baseOption(context),
    grid: [
      { outerBoundsMode: 'none', left: 66, right: 32, top: 10, height: 150 },
      { outerBoundsMode: 'none', left: 66, right: 32, top: 188, height: 88 },
    ],
    xAxis: [
      timeAxis(context, { ...time, gridIndex: 0, isLabelled: false }),
      timeAxis(context, { ...time, gridIndex: 1, name: context.utc === false ? 'time' : 'time, UTC' }),
    ],
    yAxis: [
      wholeAxis(context, { gridIndex: 0, name: `calls in ${durationMark(bucketMs)}` }),
      wholeAxis(context, { gridIndex: 1, name: 'sandboxes' }),
    ],
    series: [
      bar('cold', tokens.cold),
      bar('warm', tokens.warm),
      bar('unknown', tokens.c0),
      {
        type: 'scatter',
        name: 'failed',
        silent: true,
        symbol: 'triangle',
        symbolSize: 8,
        itemStyle: { color: tokens.err, opacity: 1 },
        data: buckets
          .filter(({ errors }) => errors > 0)
          .map((bucket) => [
            at(bucket) + bucketMs / 2,
            bucket.cold + bucket.warm + bucket.unknown + tallest * 0.04,
          ]),
      },
      {
        type: 'line',
        name: 'sandboxes alive',
        silent: true,
        xAxisIndex: 1,
        yAxisIndex: 1,
        symbol: 'none',
        lineStyle: { color: tokens.c1, width: 1.8 },
        data: steps,
      },
    ],
  };
}

/** Counts are whole numbers. */
const wholeAxis = (context: ChartContext, settings: { gridIndex: number; name: string }) => ({
  ...valueAxis(context, { ...settings, say: count }),
  minInterval: 1,
});
