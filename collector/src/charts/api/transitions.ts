import type { EChartsOption } from '../echarts.ts';
import { hatchPath } from '../hatch.ts';
import { baseOption, FONT_FAMILY } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { sketch } from '../sketch.ts';
import type { Shape } from '../sketch.ts';
import type { Tokens } from '../tokens.ts';
import { counted, figure, name, shortId, times } from '../words.ts';
import type { FunctionAnswers, HopsRow } from './answers.ts';
import { HOSTS_UNKNOWN, MOST_HOSTS } from './hop-scatter.ts';

/** With fewer expected by chance, a ratio is meaningless. */
const LEAST_EXPECTED = 8;
const CELL = 34;

/** Where the next call goes: observed frequency over the frequency by chance. */
export function transitions(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, hops: answer } = answers;
  const hops = answer.functions.find((row) => row.function === summary.function);
  const matrix = matrixOf(hops);
  const { hosts, cells } = matrix;
  const ratios = cells.filter(({ expected }) => expected >= LEAST_EXPECTED);
  return {
    chart: 'transitions',
    question: `${name(summary.function)}: on which host does the next call run?`,
    verdict: verdictOf(matrix),
    legend:
      hosts.length < 2
        ? []
        : [
            ...(ratios.some(({ ratio }) => ratio > 1)
              ? [{ mark: 'bar', colour: 'cold', label: 'more often than by chance' } as const]
              : []),
            ...(ratios.some(({ ratio }) => ratio <= 1)
              ? [{ mark: 'bar', colour: 'warm2', label: 'less often' } as const]
              : []),
            ...(ratios.length < cells.length
              ? [
                  {
                    mark: 'pale-hatch',
                    colour: 'line',
                    label: `fewer than ${LEAST_EXPECTED} expected by chance: too few to judge`,
                  } as const,
                ]
              : []),
          ],
    height: hosts.length * CELL + 60,
    ...(hosts.length > 1 && { option: optionOf(matrix, context) }),
    evidence: {
      n: counted(matrix.total, 'pair') + ' of calls in a row',
      restsOn: 'the order of starts; the expectation by chance is the share of each host',
      wrongIf: 'many calls belong to bursts, which are placed together',
    },
    table: {
      columns: [
        { label: 'from' },
        { label: 'to' },
        { label: 'seen', unit: '1' },
        { label: 'expected by chance', unit: '1' },
        { label: 'seen over expected', unit: '1' },
      ],
      rows: cells.map(({ from, to, seen, expected, ratio }) => [
        hosts[from],
        hosts[to],
        seen,
        expected,
        expected >= LEAST_EXPECTED ? ratio : undefined,
      ]),
    },
  };
}

interface Cell {
  readonly from: number;
  readonly to: number;
  readonly seen: number;
  readonly expected: number;
  readonly ratio: number;
}
interface Matrix {
  readonly hosts: readonly string[];
  readonly cells: readonly Cell[];
  readonly total: number;
}

function matrixOf(hops: HopsRow | undefined): Matrix {
  const pairs = hops?.transitions ?? [];
  const amounts = new Map<string, number>();
  for (const { from, to, count } of pairs)
    for (const host of [from, to]) amounts.set(host, (amounts.get(host) ?? 0) + count);
  const hosts = [...amounts]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, MOST_HOSTS)
    .map(([host]) => host);
  const place = new Map(hosts.map((host, index) => [host, index]));
  const seen = hosts.map(() => hosts.map(() => 0));
  let total = 0;
  for (const { from, to, count } of pairs) {
    const [row, column] = [place.get(from), place.get(to)];
    if (row === undefined || column === undefined) continue;
    seen[row]![column]! += count;
    total += count;
  }
  const rowSums = seen.map((row) => row.reduce((sum, value) => sum + value, 0));
  const columnSums = hosts.map((_, column) => seen.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const cells = hosts.flatMap((_, from) =>
    hosts.map((_other, to): Cell => {
      const expected = total === 0 ? 0 : (rowSums[from]! * columnSums[to]!) / total;
      const own = seen[from]![to]!;
      return { from, to, seen: own, expected, ratio: expected === 0 ? 0 : own / expected };
    }),
  );
  return { hosts, cells, total };
}

function verdictOf({ hosts, cells }: Matrix): string {
  if (hosts.length === 0) return HOSTS_UNKNOWN;
  if (hosts.length === 1) return 'All calls run on one host.';
  const own = cells
    .filter(({ from, to, expected }) => from === to && expected >= LEAST_EXPECTED)
    .map(({ ratio }) => ratio);
  const known = cells.filter(({ expected }) => expected >= LEAST_EXPECTED).length;
  if (own.length === 0)
    return `Where the next call goes is not known yet (${known} of ${cells.length} ways have enough calls).`;
  const [least, most] = [Math.min(...own), Math.max(...own)];
  const how = least === most ? times(least) : `${least.toFixed(1)} to ${times(most)}`;
  if (least > 1.2) return `The next call tends to the same host: ${how} what chance would give.`;
  if (most < 0.8) return `The next call tends to another host: the same one ${how} what chance would give.`;
  return `No host holds on to calls: the same one ${how} what chance would give.`;
}

function optionOf({ hosts, cells }: Matrix, context: ChartContext): EChartsOption {
  const { tokens } = context;
  const side = hosts.length * CELL;
  const axis = (nameOfAxis: string, isVertical: boolean) => ({
    type: 'category' as const,
    data: hosts.map(shortId),
    inverse: isVertical,
    ...(!isVertical && { position: 'top' as const }),
    name: nameOfAxis,
    nameLocation: 'middle' as const,
    nameGap: isVertical ? 70 : 24,
    nameRotate: isVertical ? 90 : 0,
    nameTextStyle: { color: tokens.ink2, fontSize: 11, fontFamily: FONT_FAMILY },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: tokens.ink2,
      fontSize: 10,
      fontFamily: FONT_FAMILY,
      interval: 0,
      ...(!isVertical && hosts.length > 4 && { rotate: 30 }),
    },
  });
  const width = Math.min(context.width - 120, hosts.length * Math.max(CELL, 52));
  return {
    ...baseOption(context),
    grid: { outerBoundsMode: 'none', left: 100, width, top: 50, height: side },
    xAxis: axis('host of the next call', false),
    yAxis: axis('host of a call', true),
    series: sketch('transitions', (at) => {
      const [left, top] = at(0, 0);
      const wide = at(1, 0)[0] - left;
      const high = at(0, 1)[1] - top;
      return cells.flatMap((cell) => {
        const [x, y] = at(cell.to, cell.from);
        return drawCell(cell, { x: x - wide / 2, y: y - high / 2, wide, high }, tokens);
      });
    }),
  };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
}

function drawCell({ expected, ratio }: Cell, { x, y, wide, high }: Box, tokens: Tokens): Shape[] {
  const box = { x: x + 1, y: y + 1, width: wide - 2, height: high - 2 };
  if (expected < LEAST_EXPECTED) {
    return [
      { type: 'rect', shape: box, style: { fill: tokens.sunk } },
      {
        type: 'path',
        shape: { pathData: hatchPath(box.x, box.y, box.width, box.height, 6) },
        style: { stroke: tokens.line, lineWidth: 0.5, fill: 'none' },
      },
    ];
  }
  // Logarithmic strength: twice and half as often are equally far from chance.
  const strength = Math.min(1, Math.abs(Math.log2(Math.max(ratio, 1 / 16))) / 3);
  const isMore = ratio > 1;
  return [
    { type: 'rect', shape: box, style: { fill: tokens.card } },
    {
      type: 'rect',
      shape: box,
      style: { fill: isMore ? tokens.cold : tokens.warm, opacity: 0.12 + 0.6 * strength },
    },
    {
      type: 'text',
      style: {
        x: x + wide / 2,
        y: y + high / 2,
        text: figure(ratio),
        align: 'center',
        verticalAlign: 'middle',
        fill: isMore && strength > 0.55 ? tokens.card : tokens.ink,
        fontFamily: FONT_FAMILY,
        fontSize: 11,
        fontWeight: isMore ? 600 : 400,
      },
    },
  ];
}
