import type { EChartsOption } from '../echarts.ts';
import { thinned } from '../../lists/index.ts';
import { tally } from '../colours.ts';
import { baseOption, FONT_FAMILY, stripes, timeAxis } from '../options.ts';
import type { ChartContext, Evidence, Picture } from '../picture.ts';
import { count, counted, name, range, share, shortId, spelled, sentence } from '../words.ts';
import { millis } from './answers.ts';
import type { FunctionAnswers, HopsRow, InvocationRow } from './answers.ts';

/** Maximum number of host rows; the other hosts share one. */
export const MOST_HOSTS = 12;
const MOST_DOTS = 3000;
const ROW = 26;
const OTHERS = 'others';

/** The host of each call, over time. */
export function hopScatter(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, hops: answer } = answers;
  const hops = answer.functions.find((row) => row.function === summary.function);
  const placed = placedCalls(answers);
  const hosts = rankedHosts(placed.map(({ host }) => host));
  const rows = hosts.slice(0, MOST_HOSTS).map(({ host, calls }) => ({ host, calls }));
  const rest = hosts.slice(MOST_HOSTS).reduce((sum, { calls }) => sum + calls, 0);
  if (rest > 0) rows.push({ host: OTHERS, calls: rest });
  const cold = placed.filter(({ call }) => call.cold === true);
  const warm = placed.filter(({ call }) => call.cold !== true);
  const drawn = thinned(warm, MOST_DOTS);
  return {
    chart: 'hop-scatter',
    question: `${name(summary.function)}: which hosts serve it, and does it hop?`,
    verdict: verdictOf(hops, hosts.length),
    legend:
      placed.length === 0
        ? []
        : [
            {
              mark: 'dot',
              colour: 'warm',
              label: `warm call${drawn.length < warm.length ? `, ${count(drawn.length)} of ${count(warm.length)} drawn` : ''}`,
            },
            ...(cold.length > 0 ? [{ mark: 'diamond', colour: 'cold', label: 'cold start' } as const] : []),
          ],
    height: rows.length * ROW + 58,
    ...(placed.length > 0 && { option: optionOf(rows, [...drawn], cold, context) }),
    evidence: evidenceOf(hops, hosts.length),
    table: {
      columns: [
        { label: 'host' },
        { label: 'from' },
        { label: 'to' },
        { label: 'calls in a row', unit: '1' },
      ],
      rows: (hops?.sequence ?? []).map(({ host, from, to, invocations }) => [host, from, to, invocations]),
    },
  };
}

interface Placed {
  readonly host: string;
  readonly call: InvocationRow;
}

/** The calls with a known host, by the host of their sandbox. */
function placedCalls({ sandboxes, invocations }: FunctionAnswers): Placed[] {
  const hostOf = new Map(
    sandboxes.sandboxes.flatMap(({ id, host }) => (host.id === undefined ? [] : [[id, host.id] as const])),
  );
  return invocations.invocations.flatMap((call) => {
    const host = hostOf.get(call.sandboxId ?? '');
    return host === undefined ? [] : [{ host, call }];
  });
}

function rankedHosts(hosts: readonly string[]): { host: string; calls: number }[] {
  return [...tally(hosts)]
    .map(([host, calls]) => ({ host, calls }))
    .sort((a, b) => b.calls - a.calls || (a.host < b.host ? -1 : 1));
}

/** Why there is nothing to show, if hosts are unknown. */
export const HOSTS_UNKNOWN =
  'Hosts cannot be known here: each sandbox has a kernel of its own, which reveals nothing about the host.';

function verdictOf(hops: HopsRow | undefined, hosts: number): string {
  if (!hops || hosts === 0) return HOSTS_UNKNOWN;
  const serve = `${sentence(spelled(hosts))} ${hosts === 1 ? 'host serves' : 'hosts serve'} it`;
  const { rate, independentRate } = hops;
  if (hosts === 1) return `${serve}; it never hops.`;
  if (rate.value === undefined) return `${serve}; no two calls follow each other.`;
  const chance =
    independentRate === undefined
      ? ''
      : independentRate >= rate.low && independentRate <= rate.high
        ? `; chance, which would give ${share(independentRate)}, is not ruled out`
        : `, not the ${share(independentRate)} of chance`;
  return `${serve}; it changes host on ${share(rate.value)} of calls${chance}.`;
}

function evidenceOf(hops: HopsRow | undefined, hosts: number): Evidence {
  const restsOn = hops
    ? `${CONFIDENCES[hops.hostConfidence] ?? hops.hostConfidence} of each sandbox`
    : 'nothing';
  return {
    n: hops
      ? `${counted(hops.pairs, 'pair')} of calls in a row, ${counted(hosts, 'host')}`
      : '0 calls on a known host',
    ...(hops?.rate.value !== undefined && {
      interval: `${range(hops.rate.low, hops.rate.high, share)}; overlapping calls have no order, bounds ${range(hops.hopsLow, hops.hopsHigh, count)} hops`,
    }),
    ...(hops && { complete: `the host of ${share(hops.knownRatio)} of calls is known` }),
    restsOn,
    wrongIf: 'machines were cloned from one running image',
  };
}

const CONFIDENCES: Readonly<Record<string, string>> = {
  declared: 'the declared host',
  kernel: 'the kernel, which several sandboxes share,',
  derived: 'the boot time and the hardware',
  none: 'nothing',
};

/**
 * Jitter between −0.5 and 0.5, constant per position in the list, so that the dots of a burst do not hide each other.
 */
const jitter = (index: number): number => ((index * 0.618_033_988_75) % 1) - 0.5;

function optionOf(
  rows: readonly { host: string; calls: number }[],
  warm: readonly Placed[],
  cold: readonly Placed[],
  context: ChartContext,
): EChartsOption {
  const { tokens } = context;
  const rowOf = new Map(rows.map(({ host }, index) => [host, index]));
  const total = rows.reduce((sum, { calls }) => sum + calls, 0);
  const points = (calls: readonly Placed[]) =>
    calls.map(({ host, call }, index) => [
      millis(call.start),
      (rowOf.get(host) ?? rows.length - 1) + jitter(index) * 0.66 + 0.5,
    ]);
  const starts = [...warm, ...cold].map(({ call }) => millis(call.start));
  const first = starts.reduce((least, at) => Math.min(least, at), Infinity);
  const last = starts.reduce((most, at) => Math.max(most, at), -Infinity);
  const room = Math.max(500, (last - first) * 0.015);
  const time = { min: Math.floor(first - room), max: Math.ceil(last + room) };
  const common = { type: 'scatter' as const, silent: true, yAxisIndex: 1 };
  return {
    ...baseOption(context),
    grid: { outerBoundsMode: 'none', left: 124, right: 32, top: 6, height: rows.length * ROW },
    xAxis: timeAxis(context, { ...time, name: context.utc === false ? 'time' : 'time, UTC' }),
    yAxis: [
      {
        type: 'category',
        inverse: true,
        data: rows.map(
          ({ host, calls }) => `${host === OTHERS ? OTHERS : shortId(host)}  ${share(calls / total)}`,
        ),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: tokens.ink2, fontSize: 11, fontFamily: FONT_FAMILY, interval: 0 },
      },
      { type: 'value', inverse: true, min: 0, max: rows.length, show: false },
    ],
    series: [
      stripes(context, rows.length),
      {
        ...common,
        name: 'warm',
        symbolSize: 4.5,
        itemStyle: { color: tokens.warm, opacity: 0.75 },
        data: points(warm),
      },
      {
        ...common,
        name: 'cold',
        symbol: 'diamond',
        symbolSize: 9,
        itemStyle: { color: tokens.cold, opacity: 1, borderColor: tokens.card, borderWidth: 0.6 },
        data: points(cold),
      },
    ],
  };
}
