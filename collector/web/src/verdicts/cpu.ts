/** Verdicts about the CPU: the lottery, and who takes it away. */
import type { CpuEntry } from '../api/answers.ts';
import { count, counted, sentence, share } from '../words.ts';
import { nameOf, subjectOf } from './names.ts';

export type SignalName = CpuEntry['signals'][number]['signal'];

/** Short name and description of a signal. */
export const SIGNALS: readonly (readonly [SignalName, string, string, string])[] = [
  ['throttling', 'Throttled', 'Quota', 'held back by its own quota, of the time of calls'],
  ['neighbours', 'Own neighbours', 'Own', 'own sandboxes on the host that hold a call'],
  ['steal', 'Steal', 'Steal', 'CPU time that the hypervisor gave to others'],
  ['pressure', 'Pressure', 'Pressure', 'time in which something waited for a CPU'],
];

const CAUSES: Readonly<Record<CpuEntry['verdict'], string>> = {
  'self-throttled': 'its own CPU quota holds it back',
  'own-neighbours': 'own sandboxes on the same host take CPU away',
  'foreign-or-unknown': 'others on the machine take CPU away',
  'not-cpu': 'slow calls do not correlate with anything measured on the CPU',
  unknown: 'not known yet',
};

export const causeOf = ({ verdict }: CpuEntry): string => CAUSES[verdict];

/** Signals with data first. */
export const sortedCpu = (entries: readonly CpuEntry[]): CpuEntry[] =>
  entries.toSorted((a, b) => Number(b.basis.enough) - Number(a.basis.enough) || b.basis.n - a.basis.n);

/** What makes calls slower than others of the same sandbox? */
export function noiseVerdict(entries: readonly CpuEntry[]): string {
  const [first] = sortedCpu(entries);
  if (!first) return 'No function reported its CPU time.';
  const slowed = entries.filter(({ verdict }) => !['not-cpu', 'unknown'].includes(verdict));
  const [one] = slowed;
  if (one && entries.length === 1) return `Calls are slower while ${causeOf(one)}.`;
  if (one)
    return `${slowed.length === 1 ? nameOf(one, entries) : counted(slowed.length, 'function')}: ${causeOf(one)}.`;
  const { n, needed, enough } = first.basis;
  if (!enough || first.verdict === 'unknown')
    return `What makes calls slow is not known yet (${count(Math.min(n, needed))} of ${count(needed)} slots of five minutes).`;
  const subject = subjectOf(first, entries);
  return subject === '' ? sentence(`${causeOf(first)}.`) : `${subject}${causeOf(first)}.`;
}

/** Did sandboxes draw CPUs that differ? */
export function lotteryVerdict(entry: CpuEntry | undefined): string {
  const models = entry?.models ?? [];
  const [only] = models;
  if (!only) return 'No sandbox reported its CPU model.';
  if (models.length === 1) return `No lottery: every sandbox has the same CPU, ${only.model}.`;
  const slow = models
    .filter(({ found, time }) => found && (time.value ?? 1) > 1)
    .toSorted((a, b) => (b.time.value ?? 0) - (a.time.value ?? 0))[0];
  if (slow)
    return `${share(slow.share)} of calls run on a CPU that takes ${share((slow.time.value ?? 1) - 1)} longer${slow.costRatio === undefined ? '' : `, and cost ${share(Math.max(0, slow.costRatio - 1))} more`}.`;
  return `${count(models.length)} CPU models; none is shown to be slower.`;
}
