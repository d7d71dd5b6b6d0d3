import type { ProbeResult } from '@sandscope/probes/outside';
import { apart, latencyAxis, notes, shareAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { band, sketch, stroked } from '../sketch.ts';
import { duration, durationMark, range } from '../words.ts';
import {
  callLegend,
  calls,
  cellsOf,
  ESTIMATE_COLUMNS,
  estimates,
  jitter,
  LEFT,
  panelsOption,
  pictureOf,
  rowOf,
  RIGHT,
  timed,
} from './common.ts';

const TOP = { top: 12, height: 220 };
const BELOW = { top: 254, height: 110 };

/** Latency over the idle time before a call, and the share of cold starts below. */
export function backoff(result: ProbeResult<'backoff'>, context: ChartContext): Picture {
  const { summary, samples } = result;
  const { tokens } = context;
  const { limit, points } = summary;
  const dots = timed(samples).flatMap(([{ idleBeforeMs, start }, y], index) =>
    idleBeforeMs === undefined || idleBeforeMs <= 0
      ? []
      : [{ x: idleBeforeMs * 1.03 ** jitter(index), y, start }],
  );
  const waits = points.map(({ idleMs }) => idleMs);
  const isKnown = points.some(({ cold }) => cold.value !== undefined);
  /** The lowest panel. */
  const last = isKnown ? 1 : 0;
  const bounds = boundsOf(waits);
  const width = context.width - LEFT - RIGHT;
  const x = (gridIndex: number) =>
    latencyAxis(
      context,
      waits,
      {
        ...bounds,
        marks: apart(
          waits,
          (wait) => ((Math.log(wait) - Math.log(bounds.min)) / Math.log(bounds.max / bounds.min)) * width,
        ),
        gridIndex,
        isLabelled: gridIndex === last,
        say: durationMark,
        ...(gridIndex === last && { name: 'idle time before the call, log' }),
      },
      false,
    );
  const expiry =
    limit.lowMs !== undefined && limit.highMs !== undefined
      ? { from: limit.lowMs, to: limit.highMs }
      : undefined;
  const shade = (axis: number) =>
    sketch(
      'expiry',
      (at, { y, height }) => {
        if (!expiry) return [];
        const [left, right] = [at(expiry.from, 1)[0], at(expiry.to, 1)[0]];
        return [
          band(
            [
              [left, y],
              [Math.max(right, left + 2), y],
              [Math.max(right, left + 2), y + height],
              [left, y + height],
            ],
            tokens.cold,
          ),
        ];
      },
      { axis, z: 0 },
    );
  return pictureOf(result, {
    chart: 'backoff',
    question: 'How long does an idle sandbox live, and what does the caller then wait?',
    legend: [
      ...callLegend(new Set(dots.map(({ start }) => start))),
      { mark: 'line', colour: 'ink', label: 'median of a wait' },
      ...(isKnown ? [{ mark: 'whisker', colour: 'cold', label: 'share cold, 95 % interval' } as const] : []),
      ...(expiry ? [{ mark: 'band', colour: 'cold', label: 'expiry lies in here' } as const] : []),
    ],
    height: isKnown ? 416 : 416 - (BELOW.top + BELOW.height - TOP.top - TOP.height),
    ...(dots.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            ...TOP,
            x: x(0),
            y: latencyAxis(
              context,
              dots.map(({ y }) => y),
              { gridIndex: 0, name: 'latency seen by the caller, log' },
            ),
          },
          ...(isKnown
            ? [
                {
                  ...BELOW,
                  x: x(1),
                  y: shareAxis(context, { gridIndex: 1, max: 1, marks: [0, 0.5, 1], name: 'share cold' }),
                },
              ]
            : []),
        ],
        [
          shade(0),
          ...(isKnown ? [shade(1)] : []),
          ...calls(dots, context),
          sketch(
            'medians',
            (at) =>
              points.flatMap(({ idleMs, latency }) => {
                if (latency.p50.value === undefined) return [];
                const [left, y] = at(idleMs, latency.p50.value);
                return [stroked(`M${left - 9} ${y}L${left + 9} ${y}`, tokens.ink, 2.2)];
              }),
            { z: 5 },
          ),
          ...(isKnown
            ? estimates(
                'share cold',
                points.map(({ idleMs, cold }) => ({ x: idleMs, estimate: cold })),
                context,
                { colour: 'cold', axis: 1, isJoined: true },
              )
            : []),
        ],
        medianNote(result, context, waits),
      ),
    }),
    ...(limit.lowMs !== undefined &&
      limit.highMs !== undefined && { interval: `expiry ${range(limit.lowMs, limit.highMs, duration)}` }),
    restsOn: `waits of ${waits.length} lengths; ${summary.startGround ? `cold starts according to the ${GROUNDS[summary.startGround]}` : 'which calls were cold is unknown'}`,
    wrongIf: 'other callers used the function meanwhile, or several sandboxes were idle',
    table: {
      columns: [
        { label: 'idle', unit: 'ms' },
        ...ESTIMATE_COLUMNS('share cold', '1'),
        ...ESTIMATE_COLUMNS('median latency', 'ms'),
      ],
      rows: points.map(({ idleMs, cold, latency }) => rowOf(idleMs, cellsOf(cold), cellsOf(latency.p50))),
    },
  });
}

/** Some margin on both sides of the tested waits. */
const boundsOf = (waits: readonly number[]): { min: number; max: number } => ({
  min: Math.min(...waits) * 0.8,
  max: Math.max(...waits) * 1.25,
});

const GROUNDS = {
  answer: 'function',
  collector: 'collector',
  log: "platform's log",
  latency: 'latency',
} as const;

/** The half-life, written beside its position. */
function medianNote(
  { summary: { limit } }: ProbeResult<'backoff'>,
  context: ChartContext,
  waits: readonly number[],
) {
  const median = limit.medianMs?.value;
  if (median === undefined) return {};
  const { min, max } = boundsOf(waits);
  const edge = Math.min(median, limit.lowMs ?? median);
  const x = LEFT + (Math.log(edge / min) / Math.log(max / min)) * (context.width - LEFT - RIGHT);
  const isLeft = x > context.width * 0.3;
  return {
    graphic: notes(context, [
      {
        text: duration(median),
        x: x + (isLeft ? -8 : 14),
        y: BELOW.top + BELOW.height / 2,
        align: isLeft ? 'right' : 'left',
        isBold: true,
        colour: context.tokens.cold,
      },
    ]),
  };
}
