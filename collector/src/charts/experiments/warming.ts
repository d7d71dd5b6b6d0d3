import type { ProbeResult } from '@sandscope/probes/outside';
import { amountScale, slotAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { sketch, stroked } from '../sketch.ts';
import { count, dollars, durationMark } from '../words.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

/** How many sandboxes each way of pinging keeps. */
export function warming(result: ProbeResult<'warming'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { arms } = result.summary;
  const scale = amountScale(arms.flatMap(({ held, pings }) => [held.high ?? held.value ?? 0, pings]));
  const labels = arms.map(({ pings, intervalMs }) =>
    pings === 0 ? 'no pings' : `${count(pings)} every ${durationMark(intervalMs)}`,
  );
  return pictureOf(result, {
    chart: 'warming',
    question: 'How many sandboxes do pings keep warm?',
    legend: [
      { mark: 'bar', colour: 'warm', label: 'sandboxes found warm' },
      { mark: 'whisker', colour: 'ink', label: '95 % interval' },
      { mark: 'dotted', colour: 'ink3', label: 'as many as pings at once' },
    ],
    height: 270,
    ...(arms.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 202,
            x: slotAxis(context, labels, { name: 'pings at once, and how often' }),
            y: valueAxis(context, { ...scale, say: count, name: 'sandboxes held' }),
          },
        ],
        [
          sketch('held', (at) => {
            const half = Math.min(36, (at(1, 0)[0] - at(0, 0)[0]) * 0.3);
            return arms.flatMap(({ held, pings }, place) => {
              const [x, bottom] = at(place, 0);
              const ideal = at(place, pings)[1];
              const top = at(place, held.value ?? 0)[1];
              return [
                {
                  type: 'rect' as const,
                  shape: { x: x - half, y: top, width: 2 * half, height: bottom - top },
                  style: { fill: tokens.warm },
                },
                ...(pings > 0
                  ? [stroked(`M${x - half - 8} ${ideal}L${x + half + 8} ${ideal}`, tokens.ink3, 1.6, [2, 3])]
                  : []),
              ];
            });
          }),
          ...estimates(
            'interval',
            arms.map(({ held }, place) => ({ x: place, estimate: held })),
            context,
            { colour: 'ink' },
          ),
        ],
      ),
    }),
    restsOn: 'a burst after the last ping, large enough to need more sandboxes than are kept',
    wrongIf: 'other callers used the function meanwhile',
    table: {
      columns: [
        { label: 'pings at once', unit: '1' },
        { label: 'interval', unit: 'ms' },
        ...ESTIMATE_COLUMNS('sandboxes held', '1'),
        ...ESTIMATE_COLUMNS('share cold in the burst', '1'),
        { label: 'cost a month' },
      ],
      rows: arms.map(({ pings, intervalMs, held, coldShare, costPerMonth }) =>
        rowOf(
          pings,
          intervalMs,
          cellsOf(held),
          cellsOf(coldShare),
          costPerMonth &&
            (costPerMonth.currency === 'USD'
              ? dollars(costPerMonth.amount)
              : `${costPerMonth.amount.toFixed(2)} ${costPerMonth.currency}`),
        ),
      ),
    },
  });
}
