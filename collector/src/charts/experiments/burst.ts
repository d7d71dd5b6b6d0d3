import type { ProbeResult } from '@sandscope/probes/outside';
import { amountScale, latencyAxis, slotAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { capped, sketch } from '../sketch.ts';
import { count, durationMark, figure } from '../words.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

/** Latency and its tail by the size of the burst. */
export function burst(result: ProbeResult<'burst'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { bursts, model, modelEvidence } = result.summary;
  const ordered = [...bursts].sort((a, b) => a.idleBeforeMs - b.idleBeforeMs || a.size - b.size);
  const pauses = [...new Set(ordered.map(({ idleBeforeMs }) => idleBeforeMs))];
  const labels = ordered.map(({ size, idleBeforeMs }) =>
    pauses.length > 1 ? `${count(size)} after ${durationMark(idleBeforeMs)}` : count(size),
  );
  const latencies = ordered.flatMap(({ latency: { min, p50, p99, max } }) => [
    min ?? p50.value ?? 0,
    p99.value ?? max ?? 0,
  ]);
  const ratios = ordered.map(({ tailRatio }, place) => ({ x: place, estimate: tailRatio }));
  const scale = amountScale(ordered.flatMap(({ tailRatio }) => [tailRatio.high ?? tailRatio.value ?? 0]));
  return pictureOf(result, {
    chart: 'burst',
    question: 'How does a burst fare, and how long is its tail?',
    legend: [
      { mark: 'whisker', colour: 'warm', label: 'median latency, 95 % interval' },
      { mark: 'line', colour: 'ink3', label: 'thin line with caps: minimum to p99' },
      { mark: 'whisker', colour: 'c4', label: 'p99 over median, 95 % interval' },
    ],
    height: 390,
    ...(bursts.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 180,
            x: slotAxis(context, labels, { isLabelled: false }),
            y: latencyAxis(context, latencies, { name: 'latency, log' }),
          },
          {
            top: 214,
            height: 120,
            x: slotAxis(context, labels, {
              gridIndex: 1,
              name: pauses.length > 1 ? 'calls of the burst, and the pause before it' : 'calls of the burst',
            }),
            y: valueAxis(context, {
              ...scale,
              gridIndex: 1,
              say: (value) => `${figure(value)}\u00A0×`,
              name: 'p99 over median',
            }),
          },
        ],
        [
          sketch('spread', (at) =>
            ordered.flatMap(({ latency: { min, p99, max } }, place) =>
              capped(
                [min, p99.value ?? max].filter((value) => value !== undefined),
                place,
                at,
                tokens.ink3,
              ),
            ),
          ),
          ...estimates(
            'median',
            ordered.map(({ latency }, place) => ({ x: place, estimate: latency.p50 })),
            context,
            { colour: 'warm' },
          ),
          ...estimates('tail ratio', ratios, context, { colour: 'c4', axis: 1 }),
        ],
      ),
    }),
    restsOn:
      model === 'unknown' ? 'latencies of callers' : `latencies of callers; ${model}: ${modelEvidence}`,
    wrongIf: 'the client could not send that many at once',
    table: {
      columns: [
        { label: 'calls', unit: '1' },
        { label: 'pause before', unit: 'ms' },
        ...ESTIMATE_COLUMNS('median', 'ms'),
        ...ESTIMATE_COLUMNS('p99 over median', '1'),
        ...ESTIMATE_COLUMNS('share cold', '1'),
        { label: 'sandboxes', unit: '1' },
      ],
      rows: ordered.map(({ size, idleBeforeMs, latency, tailRatio, coldShare, sandboxes }) =>
        rowOf(size, idleBeforeMs, cellsOf(latency.p50), cellsOf(tailRatio), cellsOf(coldShare), sandboxes),
      ),
    },
  });
}
