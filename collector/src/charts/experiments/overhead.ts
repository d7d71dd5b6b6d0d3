import type { LineFit, ProbeResult } from '@sandscope/probes/outside';
import { amountScale, durationScale, latencyAxis, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { sketch, stroked } from '../sketch.ts';
import { bytes, duration, range } from '../words.ts';
import {
  callLegend,
  calls,
  cellsOf,
  ESTIMATE_COLUMNS,
  panelsOption,
  pictureOf,
  rowOf,
  timed,
} from './common.ts';

const MB = 1e6;

/** The overhead of a call besides the handler, by payload size. */
export function overhead(result: ProbeResult<'overhead'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { starts, clock } = result.summary;
  const dots = timed(result.samples).flatMap(([{ requestBytes, start, function: facts }, latency]) =>
    requestBytes === undefined || facts?.durationMs === undefined
      ? []
      : [{ x: requestBytes / MB, y: latency - facts.durationMs, start }],
  );
  const scale = amountScale(dots.map(({ x }) => x));
  const colours = { cold: tokens.cold, warm: tokens.warm };
  const warm = starts.find(({ start }) => start === 'warm');
  return pictureOf(result, {
    chart: 'overhead',
    question: 'What does a call cost besides the work in the function?',
    legend: [
      ...callLegend(new Set(dots.map(({ start }) => start))),
      ...starts.map(({ start }) => ({
        mark: 'line' as const,
        colour: start,
        label: `${start}: ${lineWords(start, starts)}`,
      })),
    ],
    height: 320,
    ...(dots.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 252,
            x: valueAxis(
              context,
              {
                ...scale,
                say: (value) => `${Number(value.toPrecision(3))}`,
                name: 'payload, MB',
              },
              false,
            ),
            y: latencyAxis(
              context,
              dots.map(({ y }) => y),
              { name: 'client time minus time in the handler, log' },
            ),
          },
        ],
        [
          ...calls(dots, context),
          sketch(
            'lines',
            (at) =>
              starts.map(({ start, total }) => {
                const { min } = durationScale(dots.map(({ y }) => y));
                const points = Array.from({ length: 41 }, (_, index) => {
                  const x = (index / 40) * scale.max;
                  return at(x, Math.max(min, (total.intercept.value ?? 0) + (total.slope.value ?? 0) * x));
                });
                return stroked(`M${points.map(([x, y]) => `${x} ${y}`).join('L')}`, colours[start], 2);
              }),
            { z: 5 },
          ),
        ],
      ),
    }),
    ...(warm && { interval: `warm: ${intervalWords(warm.total)}` }),
    restsOn: `${bytes(0)} to ${bytes(Math.max(0, ...dots.map(({ x }) => x * MB)))} of payload; clocks ${clock.offsetMs.value === undefined ? 'not compared' : `differ by ${duration(clock.offsetMs.value)}`}`,
    wrongIf: 'bandwidth changed during the run, or answers grew with the payload',
    table: {
      columns: [
        { label: 'start' },
        ...ESTIMATE_COLUMNS('at no payload', 'ms'),
        ...ESTIMATE_COLUMNS('for each MB', 'ms'),
        { label: 'adjusted R²', unit: '1' },
      ],
      rows: starts.map(({ start, total }) =>
        rowOf(start, cellsOf(total.intercept), cellsOf(total.slope), total.adjustedRSquared),
      ),
    },
  });
}

function lineWords(start: string, starts: ProbeResult<'overhead'>['summary']['starts']): string {
  const fit = starts.find((one) => one.start === start)?.total;
  const { value: intercept } = fit?.intercept ?? {};
  const { value: slope } = fit?.slope ?? {};
  return intercept === undefined || slope === undefined
    ? 'no line'
    : `${duration(intercept)} ${slope < 0 ? '−' : '+'} ${duration(Math.abs(slope))} a MB`;
}

function intervalWords({ intercept, slope }: LineFit): string {
  const words = [intercept, slope].map(({ low, high }) =>
    low === undefined || high === undefined ? 'not known' : range(low, high, duration),
  );
  return `${words[0]} at no payload, ${words[1]} a MB`;
}
