import type { ProbeResult } from '@sandscope/probes/outside';
import { amountScale, latencyAxis, slotAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { capped, sketch, stroked } from '../sketch.ts';
import { counted, duration, durationMark, range } from '../words.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

const EFFECTS = [
  ['cold', 'cold rather than warm'],
  ['chained', 'chained rather than one function'],
  ['interaction', 'both, beyond their sum'],
] as const;

/** The four ways to run the chain, and the effects of being cold and of being chained. */
export function coldChain(result: ProbeResult<'cold-chain'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { cells, effects, wrongAnswers } = result.summary;
  const ordered = [...cells].sort(
    (a, b) => Number(a.chained) - Number(b.chained) || (a.start < b.start ? 1 : -1),
  );
  const labels = ordered.map(({ start, chained }) => `${start}, ${chained ? 'chained' : 'one function'}`);
  const latencies = ordered.flatMap(({ latency }) => [
    latency.min ?? latency.p50.value ?? 0,
    latency.p99.value ?? latency.max ?? 0,
  ]);
  const shown = EFFECTS.map(([key, label]) => ({ label, estimate: effects[key] }));
  const bounds = amountScale(
    shown.flatMap(({ estimate: { value = 0, low = value, high = value } }) => [low, high]),
  );
  return pictureOf(result, {
    chart: 'cold-chain',
    question: 'What do a cold start and a hop between functions add to a chain?',
    legend: [
      { mark: 'whisker', colour: 'cold', label: 'cold: median, 95 % interval' },
      { mark: 'whisker', colour: 'warm', label: 'warm' },
      { mark: 'line', colour: 'ink3', label: 'thin line with caps: minimum to p99' },
      { mark: 'ring', colour: 'ink', label: 'what each adds to the mean, 95 %' },
    ],
    height: 420,
    ...(cells.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 190,
            x: slotAxis(context, labels),
            y: latencyAxis(context, latencies, { name: 'latency, log' }),
          },
          {
            top: 250,
            height: 120,
            x: slotAxis(
              context,
              shown.map(({ label }) => label),
              { gridIndex: 1 },
            ),
            y: valueAxis(context, { ...bounds, gridIndex: 1, say: durationMark, name: 'added, mean' }),
          },
        ],
        [
          sketch('spread', (at) =>
            ordered.flatMap(({ latency, start }, place) =>
              capped(
                [latency.min, latency.p99.value ?? latency.max].filter((value) => value !== undefined),
                place,
                at,
                tokens[start],
              ),
            ),
          ),
          ...(['cold', 'warm'] as const).flatMap((start) =>
            estimates(
              start,
              ordered.flatMap((cell, place) =>
                cell.start === start ? [{ x: place, estimate: cell.latency.p50 }] : [],
              ),
              context,
              { colour: start },
            ),
          ),
          sketch(
            'nothing',
            (at, { x, width }) => [
              stroked(`M${x} ${at(0, 0)[1]}L${x + width} ${at(0, 0)[1]}`, tokens.line, 1),
            ],
            { axis: 1 },
          ),
          ...estimates(
            'effects',
            shown.map(({ estimate }, place) => ({ x: place, estimate })),
            context,
            { colour: 'ink', axis: 1 },
          ),
        ],
      ),
    }),
    interval: EFFECTS.flatMap(([key, label]) => {
      const { low, high } = effects[key];
      return low === undefined || high === undefined ? [] : [`${label} ${range(low, high, duration)}`];
    }).join('; '),
    restsOn: `latencies of callers; ${counted(wrongAnswers, 'answer')} wrong`,
    wrongIf: 'the hard-coded function did different work from the chain',
    table: {
      columns: [{ label: 'way' }, ...ESTIMATE_COLUMNS('median', 'ms'), ...ESTIMATE_COLUMNS('mean', 'ms')],
      rows: [
        ...ordered.map(({ latency }, place) =>
          rowOf(labels[place], cellsOf(latency.p50), cellsOf(latency.mean)),
        ),
        ...shown.map(({ label, estimate }) =>
          rowOf(`added: ${label}`, [undefined, undefined, undefined, undefined], cellsOf(estimate)),
        ),
      ],
    },
  });
}
