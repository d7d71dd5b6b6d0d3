import type { EvictionSummary, ProbeResult } from '@sandscope/probes/outside';
import { SERIES_BESIDE_WARM } from '../tokens.ts';
import type { Token } from '../tokens.ts';
import { idleScale, shareAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { band, sketch } from '../sketch.ts';
import { count, counted, duration, durationMark, name, range } from '../words.ts';
import { jitter, panelsOption, pictureOf } from './common.ts';

type Cell = EvictionSummary['cells'][number];

/** The share of sandboxes still warm after each wait, batch by batch; the table lists the batches themselves. */
export function eviction(result: ProbeResult<'eviction'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { cells, laws, identified, period, batches } = result.summary;
  const sizes = [...new Set(cells.map(({ initial }) => initial))].sort((a, b) => a - b);
  const waits = cells.map(({ waitMs }) => waitMs);
  const scale = idleScale(waits.reduce((most, wait) => Math.max(most, wait), 1) * 1.02);
  const mean = ({ warm, initial }: Cell): number =>
    warm.reduce((sum, one) => sum + one, 0) / (warm.length * initial);
  const shown = chosen(sizes, SERIES_BESIDE_WARM.length);
  const colour = (initial: number): Token => SERIES_BESIDE_WARM[shown.indexOf(initial)] ?? 'c0';
  const best = laws[0];
  return pictureOf(result, {
    chart: 'eviction',
    question: 'How many of the sandboxes of one burst are still warm after a wait?',
    legend: [
      ...shown.map((initial) => ({
        mark: 'line' as const,
        colour: colour(initial),
        label: `${counted(initial, 'sandbox', 'sandboxes')} at first, mean`,
      })),
      ...(sizes.length > shown.length
        ? [{ mark: 'dot', colour: 'c0', label: 'other numbers' } as const]
        : []),
      { mark: 'dot', colour: 'ink3', label: 'one batch' },
      ...(period
        ? [{ mark: 'band', colour: 'cold', label: 'the period of halving lies in here' } as const]
        : []),
    ],
    height: 316,
    ...(cells.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 250,
            x: valueAxis(context, { ...scale, say: durationMark, name: 'wait after the burst' }, false),
            y: shareAxis(context, { max: 1, marks: [0, 0.25, 0.5, 0.75, 1], name: 'share still warm' }),
          },
        ],
        [
          sketch(
            'period',
            (at) =>
              period
                ? [
                    band(
                      [at(period.lowMs, 0), at(period.highMs, 0), at(period.highMs, 1), at(period.lowMs, 1)],
                      tokens.cold,
                    ),
                  ]
                : [],
            { z: 0 },
          ),
          {
            type: 'scatter',
            name: 'batches',
            silent: true,
            symbolSize: 4,
            data: cells.flatMap(({ initial, waitMs, warm }) =>
              warm.map((left, index) => ({
                value: [waitMs + jitter(index) * scale.max * 0.008, left / initial],
                itemStyle: { color: tokens[colour(initial)], opacity: 0.45 },
              })),
            ),
          },
          ...shown.map((initial) => ({
            type: 'line' as const,
            name: `mean of ${initial}`,
            silent: true,
            symbol: 'circle',
            symbolSize: 6,
            lineStyle: { color: tokens[colour(initial)], width: 1.8 },
            itemStyle: { color: tokens[colour(initial)] },
            data: cells
              .filter((cell) => cell.initial === initial && cell.warm.length > 0)
              .sort((a, b) => a.waitMs - b.waitMs)
              .map((cell) => [cell.waitMs, mean(cell)]),
          })),
        ],
      ),
    }),
    ...(period && { interval: `period ${range(period.lowMs, period.highMs, duration)}` }),
    restsOn: `${counted(batches, 'batch', 'batches')}; ${best === undefined ? 'no law was fitted' : `best law ${name(best.law)}, weight ${count(Math.round(best.weight * 100))} in 100${identified === undefined ? ', not identified' : ''}`}`,
    wrongIf: 'calls of a batch did not overlap, so fewer sandboxes were held than reported',
    table: {
      columns: [
        { label: 'sandboxes at first', unit: '1' },
        { label: 'wait', unit: 'ms' },
        { label: 'still warm, of each batch' },
      ],
      rows: cells.map(({ initial, waitMs, warm }) => [initial, waitMs, warm.join(' ')]),
    },
  });
}

/** At most this many of them, including the minimum and maximum. */
function chosen(sizes: readonly number[], most: number): readonly number[] {
  if (sizes.length <= most) return sizes;
  return Array.from(
    { length: most },
    (_, index) => sizes[Math.round((index * (sizes.length - 1)) / (most - 1))] ?? 0,
  );
}
