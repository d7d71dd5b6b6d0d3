import type { FunctionsAnswer } from './score.ts';
import type { Advice } from './advice.ts';

const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;

/**
 * The live summary: one line for everything and one per function, followed by the cost of its cold starts, their
 * causes, and what would keep it warm.
 */
export function summaryLines(
  answer: FunctionsAnswer,
  seconds: number,
  page: string,
  advice: ReadonlyMap<string, Advice> = new Map(),
): string[] {
  const { total } = answer;
  const rate = total.coldRate;
  const head = [
    `sandscope  ${seconds} s  ${page}`,
    '',
    `  invocations  ${total.invocations}`,
    `  cold rate    ${rate && rate.n > 0 ? `${percent(rate.value)} (95 %: ${percent(rate.low)} to ${percent(rate.high)})` : '–'}`,
    `  reuse        ${total.sandboxes > 0 ? (total.invocations / total.sandboxes).toFixed(1) : '–'} invocations per sandbox`,
    `  sandboxes    ${total.alive} alive, ${total.evicted} evicted`,
    `  hosts        ${total.hosts ?? 'unknown'} (confidence: ${total.hostConfidence}), ${total.hops ?? 'unknown'} hops`,
    `  lost spans   ${total.lostSpans}`,
    '',
  ];
  const rows = answer.functions.flatMap((row) => [
    [
      `  ${row.function.padEnd(10)}`,
      `${String(row.invocations).padStart(6)} calls`,
      `${String(row.cold).padStart(4)} cold`,
      `${String(row.alive).padStart(3)} alive`,
      `${String(row.evicted).padStart(4)} evicted`,
      `${String(row.hops ?? '–').padStart(4)} hops`,
    ].join('  '),
    ...adviceLines(row, advice.get(row.function)).map((line) => `  ${''.padEnd(10)}  ${line}`),
  ]);
  return [...head, ...rows];
}

const CAUSES: Readonly<Record<string, string>> = {
  first: 'first call ever',
  deploy: 'new version',
  idle: 'idle too long',
  age: 'too old',
  'scale-out': 'more calls at once than before',
  'time-out': 'calls that timed out',
  crash: 'crashes',
  restart: 'processes started again',
  'tenant-first': 'the first call of a tenant',
  'not-reused': 'idle sandboxes not used',
};

/** Cost and causes of a function's cold starts, and what would keep it warm: two lines; none without a cold start. */
export function adviceLines(
  { coldStart }: FunctionsAnswer['functions'][number],
  { costMs, mainCause, mainShare, pingIntervalMs, concurrentPings, keepWarmLacks }: Advice = {},
): string[] {
  const waited = costMs ?? coldStart?.costMs;
  if (waited === undefined) return [];
  const share = mainShare === undefined ? '' : ` (${percent(mainShare)} of them)`;
  const why = mainCause === undefined ? '' : `; main cause: ${CAUSES[mainCause] ?? mainCause}${share}`;
  const warm =
    pingIntervalMs === undefined
      ? `what keeps it warm: not enough data yet${keepWarmLacks === undefined ? '' : ` (${keepWarmLacks})`}`
      : `kept warm by ${concurrentPings ?? 1} ping${concurrentPings === 1 ? '' : 's'} every ${seconds(pingIntervalMs)}`;
  return [`a cold start costs ${waited.toFixed(0)} ms${why}`, warm];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** One line, for output that cannot be redrawn. */
export function summaryLine({ total }: FunctionsAnswer, seconds: number): string {
  const cold = total.coldRate && total.coldRate.n > 0 ? percent(total.coldRate.value) : '–';
  return `${String(seconds).padStart(4)} s  ${total.invocations} invocations, cold ${cold}, sandboxes ${total.alive} alive ${total.evicted} evicted, hosts ${total.hosts ?? 'unknown'}, hops ${total.hops ?? 'unknown'}`;
}

/** Draws a block of lines over the one drawn before. */
export function redraw(stream: NodeJS.WriteStream, lines: readonly string[], drawnBefore: number): number {
  if (drawnBefore > 0) stream.write(`\u001b[${drawnBefore}A\u001b[J`);
  stream.write(`${lines.join('\n')}\n`);
  return lines.length;
}
