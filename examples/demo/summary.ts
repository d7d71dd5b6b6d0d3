import type { FunctionsAnswer } from './score.ts';

const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;

/** The live summary: a line for everything and one for each function. */
export function summaryLines(answer: FunctionsAnswer, seconds: number, page: string): string[] {
  const { total } = answer;
  const rate = total.coldRate;
  const head = [
    `sandscope  ${seconds} s  ${page}`,
    '',
    `  invocations  ${total.invocations}`,
    `  cold rate    ${rate && rate.n > 0 ? `${percent(rate.value)} (95 %: ${percent(rate.low)} to ${percent(rate.high)})` : '–'}`,
    `  reuse        ${total.sandboxes > 0 ? (total.invocations / total.sandboxes).toFixed(1) : '–'} invocations a sandbox`,
    `  sandboxes    ${total.alive} alive, ${total.evicted} evicted`,
    `  hosts        ${total.hosts ?? 'unknown'} (confidence: ${total.hostConfidence}), ${total.hops ?? 'unknown'} hops`,
    `  lost spans   ${total.lostSpans}`,
    '',
  ];
  const rows = answer.functions.map((row) =>
    [
      `  ${row.function.padEnd(10)}`,
      `${String(row.invocations).padStart(6)} calls`,
      `${String(row.cold).padStart(4)} cold`,
      `${String(row.alive).padStart(3)} alive`,
      `${String(row.evicted).padStart(4)} evicted`,
      `${String(row.hops ?? '–').padStart(4)} hops`,
    ].join('  '),
  );
  return [...head, ...rows];
}

/** One line, where the screen cannot be redrawn. */
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
