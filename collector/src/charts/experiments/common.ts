/** Shared parts of experiment charts: the surrounding texts, and the marks of estimates. */
import { clientMs, measured } from '@sandscope/probes/outside';
import type { Estimate, ProbeResult, Sample } from '@sandscope/probes/outside';
import type { EChartsOption, SeriesOption } from '../echarts.ts';
import { baseOption } from '../options.ts';
import type { AxisOption } from '../echarts.ts';
import type { ChartContext, Evidence, LegendEntry, Picture, Table } from '../picture.ts';
import { sketch, stroked } from '../sketch.ts';
import type { Token } from '../tokens.ts';
import { count, counted, name } from '../words.ts';

/** The parts of one chart beyond the result's own description. */
export interface Parts {
  readonly chart: string;
  readonly question: string;
  /** Default: the verdict of the experiment. */
  readonly verdict?: string;
  readonly legend: readonly LegendEntry[];
  readonly height: number;
  /** Absent if there is nothing to draw. */
  readonly option?: EChartsOption;
  readonly interval?: string;
  readonly restsOn: string;
  readonly wrongIf: string;
  readonly table: Table;
}

/** A chart of a result. */
export function pictureOf(result: ProbeResult, parts: Parts): Picture {
  const { chart, question, legend, height, option, interval, restsOn, wrongIf, table } = parts;
  return {
    chart,
    question,
    verdict: name(parts.verdict ?? result.verdict, 300),
    legend: option === undefined ? [] : legend,
    height: option === undefined ? 0 : height,
    ...(option && { option }),
    evidence: evidenceOf(result, { restsOn, wrongIf, ...(interval !== undefined && { interval }) }),
    table,
  };
}

function evidenceOf(
  { counts, plan, complete, seed }: ProbeResult,
  said: Pick<Evidence, 'restsOn' | 'wrongIf' | 'interval'>,
): Evidence {
  const sum = (numbers: Readonly<Record<string, number>>): number =>
    Object.values(numbers).reduce((all, one) => all + one, 0);
  const [failed, discarded] = [sum(counts.errors), sum(counts.discarded)];
  return {
    n: `${counted(counts.ok, 'call')} of ${count(plan.calls)} planned, ${counted(plan.units, 'unit')}, seed ${seed}`,
    complete: `${complete ? 'ran to its end' : 'was cut off'}; ${count(failed)} failed, ${count(discarded)} discarded`,
    ...said,
  };
}

/** The counted samples that have a latency, with it. */
export function timed(samples: readonly Sample[]): (readonly [sample: Sample, latencyMs: number])[] {
  return measured(samples).flatMap((sample) => {
    const latencyMs = clientMs(sample);
    return latencyMs === undefined ? [] : [[sample, latencyMs] as const];
  });
}

/** Panels one above the other. */
export interface Panel {
  readonly top: number;
  readonly height: number;
  readonly x: AxisOption;
  readonly y: AxisOption;
}

export const LEFT = 74;
export const RIGHT = 18;

/** @param panels each with axes whose `gridIndex` is its position */
export function panelsOption(
  context: ChartContext,
  panels: readonly Panel[],
  series: readonly SeriesOption[],
  more: Partial<EChartsOption> = {},
): EChartsOption {
  return {
    ...baseOption(context),
    ...more,
    grid: panels.map(({ top, height }) => ({
      outerBoundsMode: 'none',
      left: LEFT,
      right: RIGHT,
      top,
      height,
    })),
    xAxis: panels.map(({ x }) => x),
    yAxis: panels.map(({ y }) => y),
    series: [...series],
  };
}

/** An estimate at a position of the axis. */
export interface Placed {
  readonly x: number;
  readonly estimate: Estimate;
}

/** Estimates with a value as points, and their intervals as whiskers without caps. */
export function estimates(
  label: string,
  placed: readonly Placed[],
  { tokens }: ChartContext,
  settings: {
    readonly colour: Token;
    readonly axis?: number;
    readonly isJoined?: boolean;
    readonly isDashed?: boolean;
  },
): SeriesOption[] {
  const { colour, axis = 0, isJoined = false, isDashed = false } = settings;
  const color = tokens[colour];
  const known = placed.filter(({ estimate }) => estimate.value !== undefined);
  const points = known.map(({ x, estimate }) => [x, estimate.value as number]);
  return [
    sketch(
      `${label}, interval`,
      (at) =>
        known.flatMap(({ x, estimate: { low, high } }) => {
          if (low === undefined || high === undefined) return [];
          const [left, bottom] = at(x, low);
          return [stroked(`M${left} ${bottom}L${left} ${at(x, high)[1]}`, color, 1.8)];
        }),
      { axis },
    ),
    ...(isJoined
      ? [
          {
            type: 'line' as const,
            name: `${label}, line`,
            silent: true,
            xAxisIndex: axis,
            yAxisIndex: axis,
            symbol: 'none',
            lineStyle: { color, width: 1.6, ...(isDashed && { type: 'dashed' as const }) },
            data: points,
          },
        ]
      : []),
    {
      type: 'scatter',
      name: label,
      silent: true,
      xAxisIndex: axis,
      yAxisIndex: axis,
      symbol: 'circle',
      symbolSize: 7,
      z: 4,
      itemStyle: { color: tokens.card, opacity: 1, borderColor: color, borderWidth: 1.8 },
      data: points,
    },
  ];
}

/** Single calls: dots for warm ones, diamonds for cold ones, which are drawn last. */
export function calls(
  points: readonly { readonly x: number; readonly y: number; readonly start: Sample['start'] }[],
  { tokens }: ChartContext,
  axis = 0,
): SeriesOption[] {
  const common = { type: 'scatter' as const, silent: true, xAxisIndex: axis, yAxisIndex: axis };
  const data = (wanted: (start: Sample['start']) => boolean) =>
    points.filter(({ start }) => wanted(start)).map(({ x, y }) => [x, y]);
  return [
    {
      ...common,
      name: 'warm',
      symbolSize: 4.5,
      itemStyle: { color: tokens.warm, opacity: 0.65 },
      data: data((start) => start === 'warm'),
    },
    {
      ...common,
      name: 'unknown',
      symbolSize: 4.5,
      itemStyle: { color: tokens.c0, opacity: 0.65 },
      data: data((start) => start === 'unknown'),
    },
    {
      ...common,
      name: 'cold',
      symbol: 'diamond',
      symbolSize: 8,
      z: 3,
      itemStyle: { color: tokens.cold, opacity: 0.9, borderColor: tokens.card, borderWidth: 0.5 },
      data: data((start) => start === 'cold'),
    },
  ];
}

/** The marks of single calls that occur. */
export function callLegend(starts: ReadonlySet<Sample['start']>): LegendEntry[] {
  return [
    ...(starts.has('warm') ? [{ mark: 'dot', colour: 'warm', label: 'warm call' } as const] : []),
    ...(starts.has('unknown')
      ? [{ mark: 'dot', colour: 'c0', label: 'call, start not known' } as const]
      : []),
    ...(starts.has('cold') ? [{ mark: 'diamond', colour: 'cold', label: 'cold call' } as const] : []),
  ];
}

type Cell = string | number | undefined;

/** One row of a table: cells, some of which expand to several. */
export const rowOf = (...parts: readonly (Cell | readonly Cell[])[]): readonly Cell[] => parts.flat();

/** The numbers of an estimate for a table. */
export const cellsOf = ({ value, low, high, n }: Estimate): (number | undefined)[] => [value, low, high, n];

export const ESTIMATE_COLUMNS = (label: string, unit: string) => [
  { label, unit },
  { label: `${label}, 95 % from`, unit },
  { label: `${label}, 95 % to`, unit },
  { label: `${label}, n`, unit: '1' },
];

/** Jitter between −0.5 and 0.5, constant per position in the list. */
export const jitter = (index: number): number => ((index * 0.618_033_988_75) % 1) - 0.5;
