import type { LatencySummary, MemorySummary, ProbeResult } from '@sandscope/probes/outside';
import { amountScale, apart, notes, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { band, capped, sketch, stroked } from '../sketch.ts';
import { count, dollars, durationMark } from '../words.ts';
import {
  cellsOf,
  ESTIMATE_COLUMNS,
  estimates,
  LEFT,
  panelsOption,
  pictureOf,
  RIGHT,
  rowOf,
} from './common.ts';

/** Half the width of a bold letter, px: notes at the edge stay within the picture. */
const HALF_LETTER = 3.6;
/** Space for the second axis. */
const MONEY = 48;

/** Time and cost over memory: two crossing curves, and the staircase of the quota. */
export function memory(result: ProbeResult<'memory'>, context: ChartContext): Picture {
  const { tokens } = context;
  const { plateaus, cheapestMb, fastestMb, balancedMb } = result.summary;
  const sizes = [...result.summary.sizes]
    .sort((a, b) => a.memoryMb - b.memoryMb)
    .map((size) => Object.assign({ time: timeOf(size) }, size));
  const costs = sizes.flatMap(({ memoryMb, costPerMillion }) =>
    costPerMillion?.value === undefined ? [] : [{ x: memoryMb, estimate: costPerMillion }],
  );
  const scale = amountScale(
    sizes.flatMap(({ time: { p50 } }) => [p50.high ?? p50.value ?? 0, p50.value ?? 0]),
  );
  const money = amountScale(costs.flatMap(({ estimate }) => [estimate.high ?? estimate.value ?? 0]));
  const all = sizes.map(({ memoryMb }) => memoryMb);
  const [least = 0, most = 1] = [all[0], all.at(-1)];
  const room = Math.max(16, (most - least) * 0.03);
  const x = { min: Math.max(0, least - room), max: most + room };
  const width = context.width - LEFT - RIGHT - MONEY;
  const pixel = (mb: number): number => LEFT + ((mb - x.min) / (x.max - x.min)) * width;
  const marks = [
    ...(fastestMb === undefined ? [] : [{ mb: fastestMb, text: `fastest ${count(fastestMb)}` }]),
    ...(cheapestMb === undefined ? [] : [{ mb: cheapestMb, text: `cheapest ${count(cheapestMb)}` }]),
    ...(balancedMb === undefined ? [] : [{ mb: balancedMb, text: `balanced ${count(balancedMb)}` }]),
  ];
  // Merges those of the same size.
  const flags = [...new Set(marks.map(({ mb }) => mb))].map((mb) => ({
    mb,
    text: marks
      .filter((mark) => mark.mb === mb)
      .map(({ text }, index) => (index === 0 ? text : text.split(' ')[0]))
      .toReversed()
      .join(', '),
  }));
  const option = panelsOption(
    context,
    [
      {
        top: 44,
        height: 250,
        x: valueAxis(context, { ...x, marks: apart(all, pixel), say: count, name: 'memory, MB' }, false),
        y: valueAxis(context, { ...scale, say: durationMark, name: 'time in the function, warm, median' }),
      },
      {
        top: 44,
        height: 250,
        x: { ...valueAxis(context, { ...x, gridIndex: 1 }, false), show: false },
        y: valueAxis(context, {
          ...money,
          gridIndex: 1,
          say: dollars,
          position: 'right',
          name: '$ a million calls',
        }),
      },
    ],
    [
      sketch('stairs', (at) =>
        plateaus.map(({ fromMb, toMb, medianMs }) => {
          const [left, y] = at(fromMb, medianMs);
          const right = at(toMb, medianMs)[0];
          return band(
            [
              [left - 4, y - 4],
              [right + 4, y - 4],
              [right + 4, y + 4],
              [left - 4, y + 4],
            ],
            tokens.c4,
          );
        }),
      ),
      sketch(
        'chosen',
        (at, { y, height }) =>
          flags.map(({ mb }) =>
            stroked(`M${at(mb, 0)[0]} ${y - 8}L${at(mb, 0)[0]} ${y + height}`, tokens.ink3, 1, [3, 3]),
          ),
        { z: 1 },
      ),
      sketch('spread', (at) =>
        sizes.flatMap(({ memoryMb, time: used }) =>
          capped(
            [used.p50.value, used.p95.value].filter(
              (value) => value !== undefined && value <= scale.max,
            ) as number[],
            memoryMb,
            at,
            tokens.c4,
          ),
        ),
      ),
      ...estimates(
        'time',
        sizes.map(({ memoryMb, time: used }) => ({ x: memoryMb, estimate: used.p50 })),
        context,
        { colour: 'c4', isJoined: true },
      ),
      ...estimates('cost', costs, context, { colour: 'c2', axis: 1, isJoined: true, isDashed: true }),
    ],
    {
      graphic: notes(
        context,
        flags.map(({ mb, text }, place) => ({
          text,
          x: Math.min(pixel(mb), context.width - HALF_LETTER * text.length),
          y: 10 + (place % 2) * 15,
          align: 'center' as const,
          isBold: true,
          colour: tokens.ink,
        })),
      ),
    },
  );
  return pictureOf(result, {
    chart: 'memory',
    question: 'Which memory size is fast, and which is cheap?',
    legend: [
      { mark: 'line', colour: 'c4', label: 'time: median with 95 % interval, thin line up to p95' },
      ...(costs.length > 0 ? [{ mark: 'dashed', colour: 'c2', label: 'cost' } as const] : []),
      ...(plateaus.length > 0
        ? [
            {
              mark: 'band',
              colour: 'c4',
              label: 'a flat step: more memory is not faster',
            } as const,
          ]
        : []),
    ],
    height: 346,
    ...(sizes.length > 0 && {
      option: {
        ...option,
        grid: [0, 1].map(() => ({
          outerBoundsMode: 'none',
          left: LEFT,
          right: RIGHT + MONEY,
          top: 44,
          height: 250,
        })),
      },
    }),
    restsOn: 'warm calls of each size; the price plan that the run names',
    wrongIf: 'the input of the calls differed between sizes',
    table: {
      columns: [
        { label: 'memory', unit: 'MBy' },
        ...ESTIMATE_COLUMNS('in the function, warm, median', 'ms'),
        ...ESTIMATE_COLUMNS('warm, median', 'ms'),
        ...ESTIMATE_COLUMNS('cold, median', 'ms'),
        ...ESTIMATE_COLUMNS('cost of a million calls', '$'),
      ],
      rows: sizes.map(({ memoryMb, time: used, warm, cold, costPerMillion }) =>
        rowOf(
          memoryMb,
          cellsOf(used.p50),
          cellsOf(warm.p50),
          cellsOf(cold.p50),
          costPerMillion ? cellsOf(costPerMillion) : [],
        ),
      ),
    },
  });
}

/** As the verdict judges it: the time in the function; if that is unknown, the caller's. */
const timeOf = ({ functionMs, warm }: MemorySummary['sizes'][number]): LatencySummary =>
  functionMs.p50.value === undefined ? warm : functionMs;
