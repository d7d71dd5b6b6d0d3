import type { LatencySummary, ProbeResult } from '@sandscope/probes/outside';
import { groupBy } from '../../lists/index.ts';
import { latencyAxis, slotAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { capped, sketch } from '../sketch.ts';
import type { Token } from '../tokens.ts';
import { cellsOf, ESTIMATE_COLUMNS, estimates, panelsOption, pictureOf, rowOf } from './common.ts';

/** Times of one kind of call. */
export interface LatencyGroup {
  /** Along the axis; groups of the same label stand side by side. */
  readonly label: string;
  /** The kind, if there are several: it has a colour. */
  readonly kind: string;
  readonly latency: Pick<LatencySummary, 'n' | 'p50'> & Partial<LatencySummary>;
}

export interface GroupParts {
  readonly chart: string;
  readonly question: string;
  /** Of the slots. */
  readonly xName: string;
  /** What was timed, without the unit. */
  readonly yName: string;
  readonly interval?: string;
  readonly restsOn: string;
  readonly wrongIf: string;
}

/** The colour of each kind, in their order. */
const COLOURS: readonly Token[] = ['c1', 'c2', 'c4', 'c3', 'warm', 'cold', 'c0'];
/** Distance of kinds in a slot, and the part of it that they take together at most. */
const APART = 0.16;
const SLOT = 0.7;

/** Times by group: the median with its interval, within the range of the data. */
export function latencyGroups(
  result: ProbeResult,
  context: ChartContext,
  groups: readonly LatencyGroup[],
  parts: GroupParts,
): Picture {
  const { xName, yName, ...said } = parts;
  const known = groups.filter(({ latency }) => latency.n > 0);
  const labels = [...new Set(known.map(({ label }) => label))];
  const kinds = [...groupBy(known, ({ kind }) => kind)].map(([kind, own], index) => ({
    kind,
    own,
    colour: COLOURS[index % COLOURS.length]!,
    shift: index,
  }));
  const step = Math.min(APART, SLOT / Math.max(1, kinds.length));
  const placeOf = (label: string, shift: number): number =>
    labels.indexOf(label) + (shift - (kinds.length - 1) / 2) * step;
  const { tokens } = context;
  const hasRange = known.some(({ latency }) => latency.min !== undefined);
  return pictureOf(result, {
    ...said,
    legend: [
      ...kinds.map(({ kind, colour }) => ({
        mark: 'whisker' as const,
        colour,
        label: `${kind}: ${hasRange ? 'median, ' : ''}95 % interval`,
      })),
      ...(hasRange
        ? [{ mark: 'line', colour: 'ink3', label: 'thin line with caps: least to p99' } as const]
        : []),
    ],
    height: 320,
    ...(known.length > 0 && {
      option: panelsOption(
        context,
        [
          {
            top: 12,
            height: 252,
            x: slotAxis(context, labels, { name: xName }),
            y: latencyAxis(
              context,
              known.flatMap(({ latency }) =>
                rangeOf(latency).concat(latency.p50.low ?? [], latency.p50.high ?? []),
              ),
              { name: `${yName}, log` },
            ),
          },
        ],
        kinds.flatMap(({ kind, own, colour, shift }) => {
          const spread = sketch(`${kind}, spread`, (at) =>
            own.flatMap(({ label, latency }) =>
              capped(rangeOf(latency), placeOf(label, shift), at, tokens[colour]),
            ),
          );
          const placed = own.map(({ label, latency }) => ({
            x: placeOf(label, shift),
            estimate: latency.p50,
          }));
          return estimates(kind, placed, context, { colour }).concat(spread);
        }),
      ),
    }),
    table: {
      columns: [
        { label: xName },
        { label: 'kind' },
        ...ESTIMATE_COLUMNS(`median ${yName}`, 'ms'),
        { label: 'p99', unit: 'ms' },
      ],
      rows: known.map(({ label, kind, latency }) =>
        rowOf(label, kind, cellsOf(latency.p50), latency.p99?.value),
      ),
    },
  });
}

/** The minimum and p99, or the maximum if there are too few values for p99. */
const rangeOf = ({ min, max, p99, p50 }: LatencyGroup['latency']): number[] =>
  [min ?? p50.value, p99?.value ?? max].filter((value): value is number => value !== undefined);
