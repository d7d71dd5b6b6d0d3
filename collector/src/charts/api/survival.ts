import { kaplanMeier, survivalBands, survivalQuantile } from '../../statistics/kaplan-meier.ts';
import type { EChartsOption } from '../echarts.ts';
import { hatchPath } from '../hatch.ts';
import { baseOption, idleScale, notes, shareAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { band, sketch, stroked } from '../sketch.ts';
import type { Shape } from '../sketch.ts';
import type { Tokens } from '../tokens.ts';
import { counted, duration, durationMark, name, range, share } from '../words.ts';
import type { FunctionAnswers, ReuseRow } from './answers.ts';

/** With fewer ends no half-life is reported. */
export const LEAST_ENDS = 5;
const TOP = 14;
const HEIGHT = 250;
const LEFT = 66;
const RIGHT = 20;
/** Number of bars of gaps below. */
const BARS = 60;

/** The share of idle sandboxes still alive, with its band; below it, the gaps that ended in a reuse. */
export function survival(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, reuse } = answers;
  const curve = survivalOf(answers);
  const keepAlive = reuse.functions.find((row) => row.function === summary.function)?.keepAlive;
  const isKnown = curve.ends > 0;
  return {
    chart: 'survival',
    question: `${name(summary.function)}: how long does an idle sandbox live?`,
    verdict: verdictOf(curve, keepAlive),
    legend: isKnown
      ? [
          { mark: 'band', colour: 'cold', label: 'share still there, 95 % band' },
          ...(keepAlive?.valueMs === undefined
            ? []
            : [
                {
                  mark: 'dotted',
                  colour: 'ink',
                  label: 'half-life of the best law, from all data',
                } as const,
              ]),
          ...(curve.gaps.length > 0
            ? [{ mark: 'bar', colour: 'warm', label: 'gaps that ended in a reuse' } as const]
            : []),
          { mark: 'pale-hatch', colour: 'line', label: 'not learnt: no gap so long' },
        ]
      : [],
    height: isKnown ? TOP + HEIGHT + 52 : 0,
    ...(isKnown && { option: optionOf(curve, keepAlive, context) }),
    evidence: {
      n: `${counted(curve.gaps.length, 'idle gap')} that ended in a reuse, ${counted(curve.ends, 'end')}`,
      ...intervalOf(curve, keepAlive),
      complete: `${share(curve.ends === 0 ? 0 : curve.confirmed / curve.ends)} of ends reported by a goodbye${curve.confirmed < curve.ends ? '; others in the middle of their interval' : ''}`,
      restsOn: curve.isJudged
        ? 'all gaps and ends up to then, averaged over the laws that fit'
        : 'idle gaps and ends by idling, as product limit',
      wrongIf: 'warm sandboxes are stopped by something other than idling',
    },
    table: {
      columns: [
        { label: 'idle', unit: 'ms' },
        { label: 'still there', unit: '1' },
        { label: '95 % from', unit: '1' },
        { label: '95 % to', unit: '1' },
      ],
      rows: curve.steps.map(({ idleMs, kept, low, high }) => [idleMs, kept, low, high]),
    },
  };
}

interface Step {
  readonly idleMs: number;
  readonly kept: number;
  readonly low: number;
  readonly high: number;
}

interface Curve {
  /** From all evidence, including laws; else from the idle times of the range alone. */
  readonly isJudged: boolean;
  readonly steps: readonly Step[];
  /** Idle times that ended in a reuse, ms. */
  readonly gaps: readonly number[];
  readonly ends: number;
  /** Number of ends with a goodbye. */
  readonly confirmed: number;
  readonly half: { readonly value?: number; readonly low?: number; readonly high?: number };
  /** The longest idle time with any data. */
  readonly followedMs: number;
}

/** The curve judged by the collector, else the product-limit estimate of the range. */
export function survivalOf(answers: FunctionAnswers): Curve {
  const { evictions, invocations, sandboxes, survival: answer, summary } = answers;
  const gone = evictions.evictions.filter(({ cause }) => cause === 'idle');
  const ends = gone.map(({ idleMs }) => (idleMs.low + idleMs.high) / 2);
  const gaps = invocations.invocations.flatMap(({ cold, idleMs }) =>
    cold === false && idleMs !== undefined ? [idleMs] : [],
  );
  const counts = {
    gaps,
    ends: ends.length,
    confirmed: gone.filter(({ state }) => state === 'confirmed').length,
  };
  const judged = answer.functions.find((row) => row.function === summary.function)?.curve ?? [];
  if (judged.length > 1)
    return { ...counts, isJudged: true, steps: judged, half: {}, followedMs: judged.at(-1)!.idleMs };
  const open = sandboxes.sandboxes.flatMap(({ state, lastSeen }) =>
    state === 'idle' || state === 'active'
      ? [Math.max(0, Date.parse(sandboxes.to) - Date.parse(lastSeen))]
      : [],
  );
  const durations = [...ends, ...gaps, ...open];
  const steps = kaplanMeier({ durations, ended: durations.map((_, index) => index < ends.length) });
  const bands = survivalBands(steps);
  return {
    ...counts,
    isJudged: false,
    steps: [...steps.times].map((idleMs, index) => ({
      idleMs,
      kept: steps.survival[index] ?? 0,
      low: bands.low[index] ?? 0,
      high: bands.high[index] ?? 1,
    })),
    half: survivalQuantile(steps, 0.5),
    followedMs: steps.followed ?? 0,
  };
}

/** Evidence text for the half-life in the verdict. */
function intervalOf({ half, ends }: Curve, keepAlive: ReuseRow['keepAlive']): { interval?: string } {
  const { low, high } =
    keepAlive?.valueMs === undefined ? half : { low: keepAlive.lowMs, high: keepAlive.highMs };
  if (low === undefined || ends < LEAST_ENDS) return {};
  return {
    interval: `half-life ${high === undefined ? `at least ${duration(low)}` : range(low, high, duration)}`,
  };
}

function verdictOf({ ends, half, gaps, followedMs }: Curve, keepAlive: ReuseRow['keepAlive']): string {
  const longest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
  const atLeast = longest > 0 ? ` it lives at least ${duration(longest)}` : '';
  if (ends < LEAST_ENDS)
    return `How long an idle sandbox lives is not known yet (${ends} of ${LEAST_ENDS} ends)${atLeast === '' ? '' : `;${atLeast}`}.`;
  const value = keepAlive?.valueMs ?? half.value;
  if (value === undefined) return `More than half are still there after ${duration(followedMs)} idle.`;
  return `Half are gone after ${duration(value)} idle.`;
}

function optionOf(curve: Curve, keepAlive: ReuseRow['keepAlive'], context: ChartContext): EChartsOption {
  const { tokens } = context;
  const { steps, gaps, followedMs } = curve;
  const end = followedMs * 1.12;
  const scale = idleScale(end);
  const width = context.width - LEFT - RIGHT;
  const x = (ms: number): number => LEFT + (ms / scale.max) * width;
  // A product-limit estimate is a step function: each value holds up to the next.
  const held = (say: (step: Step) => number, before: number): [number, number][] => {
    const points: [number, number][] = [[0, before]];
    for (const step of steps) {
      if (!curve.isJudged) points.push([step.idleMs, points.at(-1)![1]]);
      points.push([step.idleMs, say(step)]);
    }
    points.push([followedMs, points.at(-1)![1]]);
    return points;
  };
  const low = held((step) => step.low, 1);
  const high = held((step) => step.high, 1);
  const bars = histogram(gaps, scale.max);
  const most = bars.reduce((greatest, bar) => Math.max(greatest, bar), 1);
  return {
    ...baseOption(context),
    grid: { outerBoundsMode: 'none', left: LEFT, right: RIGHT, top: TOP, height: HEIGHT },
    xAxis: valueAxis(
      context,
      { max: scale.max, marks: scale.marks, say: durationMark, name: 'idle time of a sandbox' },
      false,
    ),
    yAxis: shareAxis(context, { max: 1, marks: [0, 0.25, 0.5, 0.75, 1], name: 'share still there' }),
    graphic: notes(
      context,
      keepAlive?.valueMs === undefined || keepAlive.valueMs > scale.max
        ? []
        : [
            {
              text: duration(keepAlive.valueMs),
              x: x(keepAlive.valueMs) + 6,
              y: TOP + HEIGHT / 2 - 10,
              isBold: true,
              colour: tokens.ink,
            },
          ],
    ),
    series: [
      sketch('not learnt', (at, { x: left, y, width: wide, height }) => {
        const from = at(followedMs, 0)[0];
        return [stroked(hatchPath(from, y, Math.max(0, left + wide - from), height, 7), tokens.line, 0.5)];
      }),
      sketch('gaps', (at) =>
        bars.map((bar, index) =>
          drawBar(bar / most, at((index * scale.max) / BARS, 0), width / BARS, tokens),
        ),
      ),
      sketch('band', (at) => [
        band(
          [...high, ...low.toReversed()].map(([ms, kept]) => at(ms, kept)),
          tokens.cold,
        ),
      ]),
      {
        type: 'line',
        name: 'still there',
        silent: true,
        symbol: 'none',
        lineStyle: { color: tokens.cold, width: 2 },
        itemStyle: { color: tokens.cold },
        data: held((step) => step.kept, 1),
      },
      ...(keepAlive?.valueMs === undefined
        ? []
        : [
            {
              type: 'line' as const,
              name: 'half-life',
              silent: true,
              symbol: 'none',
              lineStyle: { color: tokens.ink, width: 1.4, type: 'dotted' as const },
              data: [
                [keepAlive.valueMs, 0],
                [keepAlive.valueMs, 1],
              ],
            },
          ]),
    ],
  };
}

/** At most a fifth of the chart, on a square-root scale: a single gap among thousands remains visible. */
function drawBar(
  part: number,
  [left, bottom]: readonly [number, number],
  width: number,
  tokens: Tokens,
): Shape {
  const height = Math.sqrt(part) * HEIGHT * 0.2;
  return {
    type: 'rect',
    shape: { x: left + 0.5, y: bottom - height, width: width - 1, height },
    style: { fill: tokens.warm, opacity: 0.8 },
  };
}

function histogram(values: readonly number[], max: number): number[] {
  const bars = Array.from({ length: BARS }, () => 0);
  for (const value of values) {
    const index = Math.min(BARS - 1, Math.floor((value / max) * BARS));
    bars[index] = (bars[index] ?? 0) + 1;
  }
  return bars;
}
