import type { LatencySummary, ProbeResult } from '@sandscope/probes/outside';
import { latencyAxis, slotAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { capped, sketch } from '../sketch.ts';
import type { Token } from '../tokens.ts';
import { count, dollars } from '../words.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

const MODES = ['cold', 'burst', 'sequential', 'warm'] as const;
const COLOURS: Readonly<Record<(typeof MODES)[number], Token>> = {
  cold: 'cold',
  burst: 'c3',
  sequential: 'c1',
  warm: 'warm',
};

/** What the calls of a mode are, where it is unknown whether they started cold. */
const WANTED: Readonly<Record<(typeof MODES)[number], string>> = {
  cold: 'at once after a wait',
  burst: 'burst',
  sequential: 'sequential',
  warm: 'at once after others',
};

/** Client time by memory size and mode: the median with its interval, within the range of the data. */
export function perfCost(result: ProbeResult<'perf-cost'>, context: ChartContext): Picture {
  const { tokens } = context;
  // Size 0 stands for the function's own size, if unknown.
  const cells = result.summary.cells.map((cell) => ({ ...cell, memoryMb: cell.memoryMb ?? 0 }));
  const sizes = [...new Set(cells.map(({ memoryMb }) => memoryMb))].sort((a, b) => a - b);
  const modes = MODES.filter((mode) => cells.some((cell) => cell.mode === mode));
  const place = (memoryMb: number, mode: (typeof MODES)[number]): number =>
    sizes.indexOf(memoryMb) +
    (modes.indexOf(mode) - (modes.length - 1) / 2) * Math.min(0.2, 0.7 / modes.length);
  const ofMode = (mode: (typeof MODES)[number]) => cells.filter((cell) => cell.mode === mode);
  const isKnown = (mode: (typeof MODES)[number]): boolean =>
    ofMode(mode).some(({ coldShare }) => coldShare?.n !== 0);
  const latencies = cells.flatMap(({ client }) => spreadOf(client));
  return pictureOf(result, {
    chart: 'perf-cost',
    question: 'How fast and how expensive is it, by memory and by how it is called?',
    legend: [
      ...modes.map((mode) => ({
        mark: 'whisker' as const,
        colour: COLOURS[mode],
        label: `${isKnown(mode) ? mode : WANTED[mode]}: median, 95 % interval`,
      })),
      { mark: 'line', colour: 'ink3', label: 'thin line with caps: minimum to p99' },
    ],
    height: 320,
    ...(latencies.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 252,
            x: slotAxis(
              context,
              sizes.map((size) => (size === 0 ? 'as it is' : `${count(size)}\u00A0MB`)),
              { name: 'memory of the function' },
            ),
            y: latencyAxis(context, latencies, { name: 'client time, log' }),
          },
        ],
        [
          ...modes.map((mode) =>
            sketch(`${mode}, spread`, (at) =>
              ofMode(mode).flatMap(({ memoryMb, client }) =>
                capped(spreadOf(client), place(memoryMb, mode), at, tokens[COLOURS[mode]]),
              ),
            ),
          ),
          ...modes.flatMap((mode) => {
            const placed = ofMode(mode).map(({ memoryMb, client }) => ({
              x: place(memoryMb, mode),
              estimate: client.p50,
            }));
            return estimates(mode, placed, context, { colour: COLOURS[mode] });
          }),
        ],
      ),
    }),
    restsOn: 'client time without the connection; order statistics',
    wrongIf: 'the calls of a batch were treated as independent, although they share a moment',
    table: {
      columns: [
        { label: 'memory', unit: 'MBy' },
        { label: 'mode' },
        ...ESTIMATE_COLUMNS('median client time', 'ms'),
        ...ESTIMATE_COLUMNS('mean client time', 'ms'),
        { label: 'cost of a million calls' },
        { label: 'time used over time billed', unit: '1' },
      ],
      rows: cells.map(({ memoryMb, mode, client, costPerMillion, currency, billedEfficiency }) =>
        rowOf(
          memoryMb === 0 ? undefined : memoryMb,
          mode,
          cellsOf(client.p50),
          cellsOf(client.mean),
          costPerMillion?.value === undefined
            ? undefined
            : currency === 'USD'
              ? dollars(costPerMillion.value)
              : `${costPerMillion.value.toFixed(2)} ${currency ?? ''}`,
          billedEfficiency,
        ),
      ),
    },
  });
}

/** The minimum and p99, or the maximum if there are too few values for p99. */
const spreadOf = ({ min, max, p99, p50 }: LatencySummary): number[] =>
  [min ?? p50.value, p99.value ?? max].filter((value): value is number => value !== undefined);
