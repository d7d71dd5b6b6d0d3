import type { ProbeResult } from '@sandscope/probes/outside';
import { amountScale, latencyAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { band, sketch, stroked } from '../sketch.ts';
import { count, figure, range } from '../words.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

const GROUNDS = {
  throttled: 'refused calls',
  sandboxes: 'the sandboxes that answered',
  queueing: 'calls that had to wait',
} as const;

/** Throughput and latency by the number of concurrent calls. */
export function concurrency(result: ProbeResult<'concurrency'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { widths, limit } = result.summary;
  const most = widths.reduce((greatest, { width }) => Math.max(greatest, width), 1);
  const first = widths.find(({ throughputPerSecond }) => throughputPerSecond.value !== undefined);
  const perCaller =
    first?.throughputPerSecond.value === undefined
      ? undefined
      : first.throughputPerSecond.value / first.width;
  const x = { min: 0, max: most + Math.max(1, most * 0.04) };
  const widthAxis = (gridIndex: number) =>
    valueAxis(
      context,
      {
        ...x,
        gridIndex,
        isLabelled: gridIndex === 1,
        marks: widths.length <= 16 ? widths.map(({ width }) => width) : amountScale([most]).marks,
        say: count,
        ...(gridIndex === 1 && { name: 'calls at once' }),
      },
      false,
    );
  const throughputs = widths.flatMap(({ throughputPerSecond: { value = 0, high = value } }) => [value, high]);
  const scale = amountScale(throughputs);
  const latencies = widths.flatMap(({ latency }) => [latency.p50.value ?? 0, latency.p99.value ?? 0]);
  const limits = (axis: number) =>
    sketch(
      'limit',
      (_, { y, height }) => {
        if (!limit) return [];
        const at = (value: number): number => _(value, axis === 0 ? 0 : 1)[0];
        const [left, right] = [at(limit.low), Math.max(at(limit.high), at(limit.low) + 2)];
        return [
          band(
            [
              [left, y],
              [right, y],
              [right, y + height],
              [left, y + height],
            ],
            tokens.c1,
          ),
        ];
      },
      { axis, z: 0 },
    );
  return pictureOf(result, {
    chart: 'concurrency',
    question: 'What happens when more callers come at once?',
    legend: [
      { mark: 'whisker', colour: 'c4', label: 'answers a second, 95 % interval' },
      { mark: 'dotted', colour: 'ink3', label: 'if each caller were served like the first' },
      { mark: 'ring', colour: 'warm', label: 'median latency, 95 % interval; thin line up to p99' },
      ...(limit ? [{ mark: 'band', colour: 'c1', label: 'the limit lies in here' } as const] : []),
    ],
    height: 396,
    ...(widths.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 190,
            x: widthAxis(0),
            y: valueAxis(context, { ...scale, gridIndex: 0, say: figure, name: 'answers a second' }),
          },
          {
            top: 224,
            height: 120,
            x: widthAxis(1),
            y: latencyAxis(context, latencies, { gridIndex: 1, name: 'latency, log' }),
          },
        ],
        [
          limits(0),
          limits(1),
          sketch('linear', (at) => {
            if (perCaller === undefined) return [];
            const end = Math.min(x.max, scale.max / perCaller);
            const [[x1, y1], [x2, y2]] = [at(0, 0), at(end, end * perCaller)];
            return [stroked(`M${x1} ${y1}L${x2} ${y2}`, tokens.ink3, 1.4, [2, 3])];
          }),
          ...estimates(
            'throughput',
            widths.map(({ width, throughputPerSecond }) => ({ x: width, estimate: throughputPerSecond })),
            context,
            { colour: 'c4', isJoined: true },
          ),
          sketch(
            'spread',
            (at) =>
              widths.flatMap(({ width, latency: { p50, p99 } }) => {
                if (p50.value === undefined || p99.value === undefined) return [];
                const [left, from] = at(width, p50.value);
                const to = at(width, p99.value)[1];
                return [
                  stroked(
                    `M${left} ${from}L${left} ${to}M${left - 3} ${to}L${left + 3} ${to}`,
                    tokens.warm,
                    0.9,
                  ),
                ];
              }),
            { axis: 1 },
          ),
          ...estimates(
            'median latency',
            widths.map(({ width, latency }) => ({ x: width, estimate: latency.p50 })),
            context,
            { colour: 'warm', axis: 1, isJoined: true },
          ),
        ],
      ),
    }),
    ...(limit && { interval: `limit ${range(limit.low, limit.high, count)}, by ${GROUNDS[limit.ground]}` }),
    restsOn: 'callers that each call again as soon as they have their answer',
    wrongIf: 'the client itself was the limit',
    table: {
      columns: [
        { label: 'calls at once', unit: '1' },
        ...ESTIMATE_COLUMNS('answers a second', '1/s'),
        ...ESTIMATE_COLUMNS('median latency', 'ms'),
        { label: 'sandboxes', unit: '1' },
        { label: 'throttled', unit: '1' },
        { label: 'efficiency against linear', unit: '1' },
      ],
      rows: widths.map(({ width, throughputPerSecond, latency, sandboxes, throttled, efficiency }) =>
        rowOf(width, cellsOf(throughputPerSecond), cellsOf(latency.p50), sandboxes, throttled, efficiency),
      ),
    },
  });
}
