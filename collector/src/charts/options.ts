/** Shared parts of all charts: type, axes, direct labels. */
import type { AxisOption, EChartsOption } from './echarts.ts';
import type { ChartContext } from './picture.ts';
import { sketch } from './sketch.ts';
import { durationMark, share } from './words.ts';

/** Names are in single quotes: the document renderer copies them into an attribute unchanged. */
export const FONT_FAMILY = "Inter, system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";

type Axis = AxisOption;

/** The base options: no box, no animation, nothing that needs style sheets. */
export function baseOption({ tokens, utc = true }: ChartContext): EChartsOption {
  return {
    animation: false,
    useUTC: utc,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: FONT_FAMILY, fontSize: 11, color: tokens.ink2 },
  };
}

const label = ({ tokens }: ChartContext) => ({ color: tokens.ink2, fontSize: 11, fontFamily: FONT_FAMILY });

interface AxisSettings {
  readonly gridIndex?: number;
  /** Including its unit. */
  readonly name?: string;
  readonly min?: number;
  readonly max?: number;
  /** Values labelled on the axis. */
  readonly marks?: readonly number[];
  /** Formats a value. */
  readonly say?: (value: number) => string;
  /** Default true. */
  readonly isLabelled?: boolean;
  readonly position?: 'left' | 'right';
}

const named = (context: ChartContext, name: string | undefined, isVertical: boolean, gap: number) =>
  name === undefined
    ? {}
    : {
        name,
        nameLocation: 'middle' as const,
        nameGap: gap,
        nameTextStyle: { ...label(context), align: 'center' as const },
        ...(isVertical && { nameRotate: 90 }),
      };

/** Time along the bottom. */
export function timeAxis(context: ChartContext, settings: AxisSettings = {}): Axis {
  const { gridIndex = 0, min, max, isLabelled = true, name } = settings;
  const { tokens } = context;
  const seconds = (max ?? 0) - (min ?? 0) < 10 * 60_000;
  return {
    type: 'time',
    gridIndex,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    splitNumber: Math.max(3, Math.round(context.width / 130)),
    axisLine: { onZero: false, lineStyle: { color: tokens.line } },
    axisTick: { show: isLabelled, lineStyle: { color: tokens.line } },
    axisLabel: {
      show: isLabelled,
      ...label(context),
      hideOverlap: true,
      // Midnight is a day, also of the first of a month or a year.
      formatter: {
        second: '{HH}:{mm}:{ss}',
        minute: seconds ? '{HH}:{mm}:{ss}' : '{HH}:{mm}',
        hour: '{HH}:{mm}',
        day: '{d} {MMM}',
        month: '{d} {MMM}',
        year: '{d} {MMM}',
      },
    },
    splitLine: { show: false },
    ...named(context, name, false, 28),
  };
}

/** An axis of quantities, from zero. */
export function valueAxis(context: ChartContext, settings: AxisSettings = {}, isVertical = true): Axis {
  const { gridIndex = 0, min = 0, max, say, isLabelled = true, name, marks, position } = settings;
  const { tokens } = context;
  return {
    type: 'value',
    gridIndex,
    min,
    ...(max !== undefined && { max }),
    ...(position !== undefined && { position }),
    splitNumber: 4,
    axisLine: { show: !isVertical, onZero: false, lineStyle: { color: tokens.line } },
    axisTick: { show: !isVertical, lineStyle: { color: tokens.line }, ...(marks && { customValues: marks }) },
    axisLabel: {
      show: isLabelled,
      ...label(context),
      hideOverlap: true,
      ...(marks && { customValues: marks }),
      ...(say && { formatter: (value: number) => say(value) }),
    },
    splitLine: { show: isVertical && position !== 'right', lineStyle: { color: tokens.grid } },
    ...named(context, name, isVertical, isVertical ? 52 : 28),
  };
}

/** Categories along the bottom: the first at 0, the next at 1, with space between them. */
export const slotAxis = (
  context: ChartContext,
  labels: readonly string[],
  settings: Pick<AxisSettings, 'gridIndex' | 'name' | 'isLabelled'> = {},
): AxisOption => ({
  ...valueAxis(
    context,
    {
      ...settings,
      min: -0.5,
      max: labels.length - 0.5,
      marks: labels.map((_, place) => place),
      say: (place) => labels[place] ?? '',
    },
    false,
  ),
  axisTick: { show: false },
});

/** Bounds and round ticks that cover zero and all of these. */
export function amountScale(values: readonly number[]): { min: number; max: number; marks: number[] } {
  const greatest = values.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  if (greatest === 0) return { min: 0, max: 1, marks: [0, 1] };
  const power = 10 ** Math.floor(Math.log10(greatest));
  const step =
    [0.2, 0.25, 0.5, 1, 2, 2.5, 5].map((part) => part * power).find((round) => greatest / round <= 5) ??
    power;
  const least = values.reduce(
    (fewest, value) => (Number.isFinite(value) ? Math.min(fewest, value) : fewest),
    0,
  );
  const parts = Math.ceil(greatest / step - 1e-9);
  const below = Math.ceil(-least / step - 1e-9);
  return {
    min: -below * step,
    max: parts * step,
    marks: Array.from({ length: below + parts + 1 }, (_, index) => (index - below) * step),
  };
}

/** Those that fit side by side. */
export function apart(values: readonly number[], pixel: (value: number) => number, least = 50): number[] {
  const kept: number[] = [];
  for (const value of values) {
    const before = kept.at(-1);
    if (before === undefined || pixel(value) - pixel(before) >= least) kept.push(value);
  }
  return kept;
}

/** Shares, 0 to 1, from zero. */
export const shareAxis = (context: ChartContext, settings: AxisSettings = {}): Axis =>
  valueAxis(context, { say: share, ...settings });

/** Bounds and ticks of an axis of shares that covers the largest of them. */
export function shareScale(greatest: number): { max: number; marks: number[] } {
  const max = [0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8].find((value) => value >= greatest) ?? 1;
  return { max, marks: [0, max / 2, max] };
}

/** Round durations as people name them, in milliseconds. */
const ROUND_DURATIONS = [
  ...[-3, -2, -1, 0, 1, 2].flatMap((power) => [10 ** power, 3 * 10 ** power]),
  1000,
  3000,
  10_000,
  30_000,
  60_000,
  180_000,
  600_000,
  1_800_000,
  3_600_000,
  10_800_000,
  36_000_000,
  86_400_000,
];

/** Bounds and ticks of a logarithmic axis that covers all of these durations. */
export function durationScale(values: readonly number[]): { min: number; max: number; marks: number[] } {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const low = positive.reduce((least, value) => Math.min(least, value), Infinity);
  const high = positive.reduce((most, value) => Math.max(most, value), 0);
  if (high === 0) return { min: 1, max: 1000, marks: [1, 10, 100, 1000] };
  const min = ROUND_DURATIONS.findLast((value) => value <= low) ?? low;
  const max = ROUND_DURATIONS.find((value) => value >= high && value > min) ?? high;
  const inside = ROUND_DURATIONS.filter((value) => value >= min && value <= max);
  const every = Math.ceil(inside.length / 6);
  return { min, max, marks: inside.filter((_, index) => index % every === 0) };
}

/** Latency axes are logarithmic. */
export function latencyAxis(
  context: ChartContext,
  values: readonly number[],
  settings: AxisSettings = {},
  isVertical = true,
): Axis {
  const { min, max, marks } = durationScale(values);
  const axis = valueAxis(context, { min, max, marks, say: durationMark, ...settings }, isVertical);
  const lines = axis['splitLine'] as object;
  return { ...axis, type: 'log', splitLine: { ...lines, customValues: marks } };
}

/** Text at a position of the chart, in pixels. */
export interface Note {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly isBold?: boolean;
  readonly colour?: string;
  readonly size?: number;
}

/** Direct labels beside the data instead of a legend. */
export function notes(context: ChartContext, texts: readonly Note[]) {
  return texts.map(
    ({ text, x, y, align = 'left', isBold = false, colour = context.tokens.ink2, size = 11 }) => ({
      type: 'text' as const,
      silent: true,
      x,
      y,
      z: 100,
      style: {
        text,
        align,
        verticalAlign: 'middle' as const,
        fill: colour,
        fontFamily: FONT_FAMILY,
        fontSize: size,
        fontWeight: isBold ? (600 as const) : (400 as const),
        // Text has an opaque background.
        stroke: context.tokens.card,
        lineWidth: 3,
      },
    }),
  );
}

/** Shades every second row of a grid, to guide the eye along the row. */
export const stripes = ({ tokens }: ChartContext, rows: number) =>
  sketch(
    'stripes',
    (_, { x, y, width, height }) =>
      Array.from({ length: Math.floor(rows / 2) }, (_row, index) => ({
        type: 'rect' as const,
        shape: { x, y: y + ((2 * index + 1) * height) / rows, width, height: height / rows },
        style: { fill: tokens.sunk, opacity: 0.7 },
      })),
    { z: 0 },
  );

/** Round idle times, from zero. */
export function idleScale(end: number): { max: number; marks: number[] } {
  const rounds = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 20e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1200e3,
    1800e3, 3600e3, 7200e3, 21_600e3, 43_200e3, 86_400e3,
  ];
  const step = rounds.find((round) => end / round <= 8) ?? end / 8;
  const max = Math.ceil(end / step) * step;
  return { max, marks: Array.from({ length: Math.round(max / step) + 1 }, (_, index) => index * step) };
}
