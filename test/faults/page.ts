import { cpus, totalmem } from 'node:os';
import { markdownTable, updateSection } from '../../.ci/generated-section.ts';
import type { Outcome } from './outcome.ts';

const MIB = 1024 ** 2;

/** Puts the outcomes into the generated section of the page. */
export async function writePage(file: string, outcomes: readonly Outcome[]): Promise<void> {
  const model = cpus()[0]?.model ?? 'unknown CPU';
  const machine = `${cpus().length} × ${model}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`;
  const sections = [
    `${new Date().toISOString().slice(0, 10)}, ${machine}, other programs running. Made by \`npm run test:faults\`.`,
    markdownTable([
      [
        'fault',
        'times',
        'spans acknowledged',
        'lost',
        'repeated',
        'wrong answers',
        'crashes',
        'server MiB',
        'engine MiB',
      ],
      ...outcomes.map(row),
    ]),
    'Lost: acknowledged but not stored, or not an invocation, or not forwarded where there is a target. Repeated: rows ' +
      'of `otel_traces` or `invocations` beyond one a span. Wrong answers: neither 200 nor one that makes an exporter ' +
      'send again, and spans the store refused. Crashes: ends of the server or of its ingest thread that the fault did ' +
      'not make. MiB: highest resident memory.',
    'What else was seen:',
    outcomes.map(figures).join('\n'),
  ];
  await updateSection(file, 'faults', sections.join('\n\n'));
}

function row(outcome: Outcome): string[] {
  const { fault, rounds, acknowledgedSpans, lostSpans, repeatedSpans, repeatedInvocations } = outcome;
  const { wrongAnswers, crashes, peakServerBytes, peakEngineBytes } = outcome;
  return [
    fault,
    whole(rounds),
    whole(acknowledgedSpans),
    whole(lostSpans),
    whole(repeatedSpans + repeatedInvocations),
    whole(wrongAnswers),
    whole(crashes),
    whole(peakServerBytes / MIB),
    peakEngineBytes === undefined ? '' : whole(peakEngineBytes / MIB),
  ];
}

/** `slowestStartMillis` becomes "slowest start 850 ms". */
function figures({ fault, figures: measured, seconds }: Outcome): string {
  const parts = Object.entries(measured).map(([name, value]) => {
    const [, stem = name, unit] = /^(.*?)(Millis)?$/.exec(name) ?? [];
    const words = stem.replaceAll(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
    return `${words} ${whole(value)}${unit === undefined ? '' : ' ms'}`;
  });
  return `- ${fault}: ${parts.join(', ')}; ${whole(seconds)} s in all`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
}
