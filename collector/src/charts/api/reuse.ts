import type { EChartsOption } from '../echarts.ts';
import { baseOption, FONT_FAMILY, valueAxis } from '../options.ts';
import type { ChartContext, Picture } from '../picture.ts';
import { count, counted, name, range, share } from '../words.ts';
import type { FunctionAnswers, ReuseRow } from './answers.ts';

/** How many sandboxes served how many calls. */
export function reuse(answers: FunctionAnswers, context: ChartContext): Picture {
  const { summary, reuse: answer } = answers;
  const row = answer.functions.find((candidate) => candidate.function === summary.function);
  const bars = row?.invocationsPerSandbox.histogram ?? [];
  return {
    chart: 'reuse',
    question: `${name(summary.function)}: how many calls does a sandbox serve?`,
    verdict: verdictOf(row),
    legend: [],
    height: 250,
    ...(bars.length > 0 && { option: optionOf(bars, context) }),
    evidence: {
      n: row ? `${counted(row.sandboxes, 'sandbox', 'sandboxes')}, ${counted(row.ratio.n, 'call')}` : 'none',
      ...(row?.ratio.value !== undefined && {
        interval: `warm share ${range(row.ratio.low, row.ratio.high, share)}`,
      }),
      restsOn: 'the calls of each sandbox that were received; those still alive will serve more',
      wrongIf: 'calls were lost, or sandboxes were warm before the first that was seen',
    },
    table: {
      columns: [
        { label: 'calls from', unit: '1' },
        { label: 'calls to', unit: '1' },
        { label: 'sandboxes', unit: '1' },
      ],
      rows: bars.map(({ from, to, sandboxes }) => [from, to, sandboxes]),
    },
  };
}

function verdictOf(row: ReuseRow | undefined): string {
  const { ratio, invocationsPerSandbox: calls, sandboxes = 0 } = row ?? {};
  if (!calls || calls.p50 === undefined || calls.max === undefined)
    return 'Reuse is unknown: the calls do not report their sandbox.';
  const warm = ratio?.value === undefined ? '' : `; ${share(ratio.value)} of calls find one`;
  return sandboxes === 1
    ? `One sandbox has served ${counted(calls.max, 'call')}${warm}.`
    : calls.p50 === calls.max
      ? `Most sandboxes serve ${counted(calls.max, 'call')}, none more${warm}.`
      : `Half the sandboxes serve up to ${counted(calls.p50, 'call')}, one of them ${count(calls.max)}${warm}.`;
}

type Bar = ReuseRow['invocationsPerSandbox']['histogram'][number];

function optionOf(bars: readonly Bar[], context: ChartContext): EChartsOption {
  const { tokens } = context;
  const width = context.width - 66 - 14;
  const shown = Math.min(76, (width / bars.length) * 0.7);
  return {
    ...baseOption(context),
    grid: { outerBoundsMode: 'none', left: 66, right: 14, top: 22, height: 176 },
    xAxis: {
      type: 'category',
      data: bars.map(({ from, to }) => (from === to ? count(from) : `${count(from)} to ${count(to)}`)),
      name: 'calls that a sandbox served',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: tokens.ink2, fontSize: 11, fontFamily: FONT_FAMILY },
      axisLine: { lineStyle: { color: tokens.line } },
      axisTick: { show: false },
      axisLabel: { color: tokens.ink2, fontSize: 11, fontFamily: FONT_FAMILY, hideOverlap: true },
    },
    yAxis: { ...valueAxis(context, { name: 'sandboxes', say: count }), minInterval: 1 },
    series: {
      type: 'bar',
      name: 'sandboxes',
      silent: true,
      barWidth: shown,
      itemStyle: { color: tokens.warm },
      label: {
        show: true,
        position: 'top',
        color: tokens.ink2,
        fontSize: 11,
        fontWeight: 600,
        fontFamily: FONT_FAMILY,
      },
      data: bars.map(({ sandboxes }) => sandboxes),
    },
  };
}
