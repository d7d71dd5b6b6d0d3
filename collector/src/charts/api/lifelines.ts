import type { EChartsOption } from '../echarts.ts';
import { hatchPath } from '../hatch.ts';
import { baseOption, FONT_FAMILY, stripes, timeAxis } from '../options.ts';
import { groupBy } from '../../lists/index.ts';
import type { ChartContext, LegendEntry, Picture } from '../picture.ts';
import { sketch } from '../sketch.ts';
import type { Place, Shape } from '../sketch.ts';
import { count, counted, duration, name, share, shortId } from '../words.ts';
import { millis } from './answers.ts';
import type { FunctionAnswers, InvocationRow, SandboxRow } from './answers.ts';

/** Maximum number of rows: the newest sandboxes. */
export const MOST_LIFELINES = 120;
const TOP = 8;

/** The life of each sandbox: birth, busy, idle, eviction or goodbye. */
export function lifelines(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, sandboxes: answer } = answers;
  const lives = livesOf(answers);
  const rows = lives.slice(-MOST_LIFELINES);
  const rowHeight = rows.length <= 24 ? 16 : rows.length <= 60 ? 9 : 5;
  const confirmed = answer.sandboxes.filter(({ state }) => state === 'confirmed').length;
  const inferred = answer.sandboxes.filter(({ state }) => state === 'evicted').length;
  return {
    chart: 'lifelines',
    question: `${name(summary.function)}: how long do its sandboxes live, and how do they end?`,
    verdict: verdictOf(lives),
    legend: legendOf(
      rows,
      rows.length < lives.length ? `; the newest ${count(rows.length)} of ${count(lives.length)}` : '',
    ),
    height: rows.length * rowHeight + TOP + 50,
    ...(rows.length > 0 && { option: optionOf(rows, rowHeight, endOf(rows, millis(answer.to)), context) }),
    evidence: {
      n: `${counted(lives.length, 'sandbox', 'sandboxes')}, ${counted(summary.invocations, 'call')}`,
      complete: `${counted(confirmed, 'end')} reported by a goodbye, ${count(inferred)} inferred`,
      restsOn: 'sandbox ids, goodbyes, and calls that passed idle sandboxes over',
      wrongIf: 'a sandbox answered calls that were never sent here',
    },
    table: {
      columns: [
        { label: 'sandbox' },
        { label: 'first seen' },
        { label: 'last seen' },
        { label: 'calls', unit: '1' },
        { label: 'state' },
        { label: 'gone after' },
        { label: 'gone before' },
        { label: 'cause' },
      ],
      rows: rows.map(({ sandbox }) => [
        sandbox.id,
        sandbox.firstSeen,
        sandbox.lastSeen,
        sandbox.invocations,
        sandbox.state,
        sandbox.evicted?.after,
        sandbox.evicted?.before,
        sandbox.cause,
      ]),
    },
  };
}

/** The end of the range, or the last end if all died before it. */
function endOf(rows: readonly Life[], toMs: number): number {
  const ends = rows.map(({ goneMs, sandbox }) =>
    goneMs && (sandbox.state === 'evicted' || sandbox.state === 'confirmed') ? goneMs.before : toMs,
  );
  return ends.reduce((most, end) => Math.max(most, end), -Infinity);
}

interface Life {
  readonly sandbox: SandboxRow;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly goneMs?: { readonly after: number; readonly before: number };
  readonly calls: readonly InvocationRow[];
  readonly isBornCold: boolean;
}

/** Ordered by birth. */
function livesOf({ sandboxes, invocations }: FunctionAnswers): Life[] {
  const calls = groupBy(invocations.invocations, ({ sandboxId = '' }) => sandboxId);
  return sandboxes.sandboxes
    .map((sandbox): Life => {
      const own = calls.get(sandbox.id) ?? [];
      return {
        sandbox,
        firstMs: millis(sandbox.firstSeen),
        lastMs: millis(sandbox.lastSeen),
        ...(sandbox.evicted && {
          goneMs: { after: millis(sandbox.evicted.after), before: millis(sandbox.evicted.before) },
        }),
        calls: own,
        isBornCold: own.some(({ cold }) => cold === true),
      };
    })
    .sort((a, b) => a.firstMs - b.firstMs || (a.sandbox.id < b.sandbox.id ? -1 : 1));
}

function verdictOf(lives: readonly Life[]): string {
  if (lives.length === 0) return 'No sandbox was seen: the calls do not say where they ran.';
  const once = lives.filter(({ sandbox }) => sandbox.invocations === 1).length;
  const gone = lives.flatMap(({ goneMs, firstMs }) =>
    goneMs ? [(goneMs.after + goneMs.before) / 2 - firstMs] : [],
  );
  const middle = gone.sort((a, b) => a - b)[Math.floor((gone.length - 1) / 2)];
  const served =
    lives.length === 1
      ? `One sandbox served ${counted(lives[0]!.sandbox.invocations, 'call')}`
      : `${once === 0 ? 'None' : once === lives.length ? 'Each' : share(once / lives.length)} of ${counted(lives.length, 'sandbox', 'sandboxes')} served only one call`;
  if (middle === undefined) return `${served}; none is known to be gone.`;
  return gone.length < 5
    ? `${served}; how long they live is not known yet (${gone.length} of 5 ends).`
    : `${served}; of the ${count(gone.length)} that are gone half lived less than ${duration(middle)}.`;
}

function legendOf(rows: readonly Life[], more: string): LegendEntry[] {
  const has = (test: (life: Life) => boolean): boolean => rows.some(test);
  return [
    ...(has(({ isBornCold }) => isBornCold)
      ? [{ mark: 'diamond', colour: 'cold', label: 'cold start' } as const]
      : []),
    { mark: 'bar', colour: 'warm', label: `busy${more}` },
    { mark: 'thin', colour: 'warm2', label: 'idle between calls' },
    { mark: 'line', colour: 'warm', label: 'idle, not used again' },
    ...(has(({ sandbox }) => sandbox.state === 'evicted')
      ? [
          { mark: 'hatch', colour: 'ink', label: 'evicted within, 95 %' } as const,
          { mark: 'cross', colour: 'ink', label: 'likeliest moment' } as const,
        ]
      : []),
    ...(has(({ sandbox }) => sandbox.state === 'confirmed')
      ? [{ mark: 'tick', colour: 'ink', label: 'goodbye' } as const]
      : []),
  ];
}

function optionOf(
  rows: readonly Life[],
  rowHeight: number,
  endMs: number,
  context: ChartContext,
): EChartsOption {
  const { tokens } = context;
  const first = Math.min(...rows.map(({ firstMs }) => firstMs));
  const room = Math.max(500, (endMs - first) * 0.01);
  return {
    ...baseOption(context),
    grid: { outerBoundsMode: 'none', left: 74, right: 32, top: TOP, height: rows.length * rowHeight },
    xAxis: timeAxis(context, {
      min: Math.floor(first - room),
      max: Math.ceil(endMs + room),
      name: context.utc === false ? 'time' : 'time, UTC',
    }),
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ sandbox }) => shortId(sandbox.id)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: tokens.ink2,
        fontSize: 10,
        fontFamily: FONT_FAMILY,
        interval: Math.ceil(13 / rowHeight) - 1,
      },
    },
    series: [
      stripes(context, rows.length),
      sketch('lifelines', (at) =>
        rows.flatMap((life, row) => drawLife(life, row, { rowHeight, endMs, context, at })),
      ),
    ],
  };
}

interface Drawing {
  readonly rowHeight: number;
  readonly endMs: number;
  readonly context: ChartContext;
  readonly at: Place;
}

function drawLife(life: Life, row: number, { rowHeight, endMs, context, at }: Drawing): Shape[] {
  const { tokens } = context;
  const x = (ms: number): number => at(ms, row)[0];
  const y = at(life.firstMs, row)[1];
  const [first, last] = [x(life.firstMs), x(life.lastMs)];
  const thick = Math.max(2, Math.min(9, rowHeight - 4));
  const thin = Math.max(1, thick * 0.45);
  const idleEnd = x(life.goneMs?.after ?? endMs);
  const stroke = (d: string, color: string, width: number): Shape => ({
    type: 'path',
    shape: { pathData: d },
    style: { stroke: color, lineWidth: width, fill: 'none' },
  });
  const box = (left: number, right: number, height: number, fill: string, edge?: string): Shape => ({
    type: 'rect',
    shape: { x: left, y: y - height / 2, width: Math.max(right - left, 1), height },
    style: { fill, ...(edge !== undefined && { stroke: edge, lineWidth: 0.6 }) },
  });
  return [
    ...(last - first > 1 ? [box(first, last, thin, tokens.warm2, tokens.warm)] : []),
    ...(idleEnd > last ? [stroke(`M${last} ${y}L${idleEnd} ${y}`, tokens.warm, 1)] : []),
    ...busyBoxes(life, x).map(([left, right]) => box(left, right, thick, tokens.warm)),
    ...(life.goneMs && life.sandbox.state === 'evicted'
      ? drawEviction(life.goneMs, { x, y, thick, tokens, stroke })
      : []),
    ...(life.goneMs && life.sandbox.state === 'confirmed'
      ? [
          stroke(
            `M${x(life.goneMs.before)} ${y - thick / 2 - 1}L${x(life.goneMs.before)} ${y + thick / 2 + 1}`,
            tokens.ink,
            1.6,
          ),
        ]
      : []),
    ...(life.isBornCold ? [drawDiamond(first, y, Math.min(5, rowHeight * 0.48), context)] : []),
  ];
}

/** The calls as boxes of at least 1.5 pixels; adjacent ones are merged. */
function busyBoxes({ calls }: Life, x: (ms: number) => number): [number, number][] {
  const boxes: [number, number][] = [];
  const inOrder = calls
    .map((call) => ({ startMs: millis(call.start), call }))
    .sort((a, b) => a.startMs - b.startMs);
  for (const { startMs, call } of inOrder) {
    const left = x(startMs);
    const right = Math.max(left + 1.5, x(startMs + call.durationMs));
    const previous = boxes.at(-1);
    if (previous && left <= previous[1] + 0.5) previous[1] = Math.max(previous[1], right);
    else boxes.push([left, right]);
  }
  return boxes;
}

interface Eviction {
  readonly x: (ms: number) => number;
  readonly y: number;
  readonly thick: number;
  readonly tokens: ChartContext['tokens'];
  readonly stroke: (d: string, color: string, width: number) => Shape;
}

function drawEviction(
  gone: { after: number; before: number },
  { x, y, thick, tokens, stroke }: Eviction,
): Shape[] {
  const [from, to] = [x(gone.after), x(gone.before)];
  const middle = (from + to) / 2;
  const arm = Math.min(4, thick / 2 + 0.5);
  return [
    ...(to - from > 2 ? [stroke(hatchPath(from, y - thick / 2, to - from, thick, 4), tokens.ink3, 0.9)] : []),
    stroke(
      `M${middle - arm} ${y - arm}L${middle + arm} ${y + arm}M${middle - arm} ${y + arm}L${middle + arm} ${y - arm}`,
      tokens.ink,
      1.4,
    ),
  ];
}

function drawDiamond(x: number, y: number, arm: number, { tokens }: ChartContext): Shape {
  return {
    type: 'path',
    shape: { pathData: `M${x} ${y - arm}L${x + arm} ${y}L${x} ${y + arm}L${x - arm} ${y}Z` },
    style: { fill: tokens.cold, stroke: tokens.card, lineWidth: 0.7 },
  };
}
