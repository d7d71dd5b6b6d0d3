import type { ProbeResult, Sample } from '@sandscope/probes/outside';
import { groupBy } from '../../lists/index.ts';
import { latencyAxis, shareAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { quantile } from '../../statistics/sorted.ts';
import { counted, duration, name, sentence } from '../words.ts';
import { panelsOption, pictureOf, rowOf, timed } from './common.ts';
import type { Token } from '../tokens.ts';

/** Maximum number of points per curve. */
const MOST_POINTS = 300;
const COLOURS: Readonly<Record<Sample['start'], Token>> = { cold: 'cold', warm: 'warm', unknown: 'c0' };
const STARTS = ['warm', 'unknown', 'cold'] as const;

/** The share of calls answered within each time: every latency of a run, for any experiment. */
export function ecdf(result: ProbeResult, context: ChartContext): Picture {
  const { tokens } = context;
  const groups = groupBy(timed(result.samples), ([{ start }]) => start);
  const curves = STARTS.flatMap((start) => {
    const latencies = (groups.get(start) ?? []).map(([, latency]) => latency).sort((a, b) => a - b);
    return latencies.length === 0 ? [] : [{ start, latencies }];
  });
  const all = curves.flatMap(({ latencies }) => latencies);
  return pictureOf(result, {
    chart: 'latencies',
    question: `${name(result.experiment)}: how long did callers wait?`,
    verdict: verdictOf(curves),
    legend: curves.map(({ start, latencies }) => ({
      mark: start === 'unknown' ? ('dashed' as const) : ('line' as const),
      colour: COLOURS[start],
      label: `${start === 'unknown' ? 'start not known' : start}, ${counted(latencies.length, 'call')}`,
    })),
    height: 270,
    ...(all.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 206,
            x: latencyAxis(
              context,
              all,
              { name: 'latency seen by the caller, without the connection, log' },
              false,
            ),
            y: shareAxis(context, { max: 1, marks: [0, 0.25, 0.5, 0.75, 1], name: 'share answered' }),
          },
        ],
        curves.map(({ start, latencies }) => ({
          type: 'line' as const,
          name: start,
          silent: true,
          symbol: 'none',
          lineStyle: {
            color: tokens[COLOURS[start]],
            width: 2,
            ...(start === 'unknown' && { type: 'dashed' as const }),
          },
          data: steps(latencies),
        })),
      ),
    }),
    restsOn: 'the monotonic clock of the client',
    wrongIf: 'the client itself was held up',
    table: {
      columns: [
        { label: 'start' },
        { label: 'calls', unit: '1' },
        ...['p50', 'p90', 'p99'].map((label) => ({ label, unit: 'ms' })),
        { label: 'longest', unit: 'ms' },
      ],
      rows: curves.map(({ start, latencies }) => {
        const quantiles = [0.5, 0.9, 0.99].map((q) => quantile(latencies, q));
        return rowOf(start, latencies.length, quantiles, latencies.at(-1));
      }),
    },
  });
}

interface Curve {
  readonly start: Sample['start'];
  /** Ascending. */
  readonly latencies: readonly number[];
}

function verdictOf(curves: readonly Curve[]): string {
  const parts = curves.flatMap(({ start, latencies }, place) => {
    const middle = quantile(latencies, 0.5);
    const which = start === 'unknown' ? 'calls' : place === 0 ? `${start} calls` : `${start} ones`;
    return middle === undefined
      ? []
      : [`half the ${which} ${place === 0 ? 'are answered ' : ''}within ${duration(middle)}`];
  });
  return parts.length === 0 ? 'No call was answered.' : `${sentence(parts.join(', '))}.`;
}

/** A step at each latency, thinned to what is visible; the minimum and maximum stay. */
function steps(latencies: readonly number[]): [number, number][] {
  const n = latencies.length;
  const every = Math.max(1, Math.floor(n / MOST_POINTS));
  const points: [number, number][] = [[latencies[0] ?? 0, 0]];
  for (let index = 0; index < n; index += every) points.push([latencies[index] ?? 0, (index + 1) / n]);
  points.push([latencies[n - 1] ?? 0, 1]);
  return points.filter(([latency]) => latency > 0);
}
