/** Verdicts about deploys: before against after. */
import type { VersionsEntry } from '../api/answers.ts';
import { bytes, counted, duration, megabytes, share } from '../words.ts';

export type Change = VersionsEntry['changes'][number];

export const METRICS: Readonly<Record<Change['metric'], string>> = {
  'init-ms': 'Initialisation',
  'module-ms': 'Load of modules',
  'first-call-ms': 'First call',
  'duration-ms': 'Warm call',
  'memory-bytes': 'Peak memory',
  'error-rate': 'Share that failed',
};

/** An amount in the unit of its metric. */
export function amountWords(metric: Change['metric'], value: number): string {
  if (metric === 'memory-bytes') return value < 0 ? `−${bytes(-value)}` : bytes(value);
  if (metric === 'error-rate') return value < 0 ? `−${share(-value)}` : share(value);
  return duration(value);
}

/** `+6.0 ms`; of shares in points, since `+0.26 %` could mean a part of the share before. */
export function differenceWords(metric: Change['metric'], value: number): string {
  const words = `${value > 0 ? '+' : ''}${amountWords(metric, value)}`;
  return metric === 'error-rate' ? words.replace('%', 'points') : words;
}

/** `v42`, and the memory if that changed. */
export function versionWords(
  { version, memoryMb }: VersionsEntry['before'],
  other: VersionsEntry['before'],
): string {
  const name = version === '' ? 'no version' : version;
  return memoryMb !== undefined && memoryMb !== other.memoryMb ? `${name} at ${megabytes(memoryMb)}` : name;
}

const signed = (change: Change): string =>
  `${METRICS[change.metric].toLowerCase()} ${differenceWords(change.metric, change.difference?.value ?? 0)}`;

/** A bare number says that it is a version. */
const versionNoun = (words: string): string => (/^\d/.test(words) ? `version ${words}` : words);
/** At the beginning of a sentence. */
const versionSubject = (words: string): string => (/^\d/.test(words) ? `Version ${words}` : words);

/** What did the deploy change? */
export function deployVerdict(deploy: VersionsEntry | undefined): string {
  if (!deploy) return 'No function had two versions in this range.';
  const words = versionWords(deploy.after, deploy.before);
  const name = versionNoun(words);
  const worse = deploy.changes.filter(({ verdict }) => verdict === 'worse');
  const better = deploy.changes.filter(({ verdict }) => verdict === 'better');
  const found = worse.length > 0 ? worse : better;
  if (found.length > 0)
    return `${versionSubject(words)} is ${worse.length > 0 ? 'worse' : 'better'}: ${found.slice(0, 2).map(signed).join(', ')}.`;
  const open = deploy.changes.filter(({ verdict }) => verdict === 'not-enough-data');
  if (deploy.verdict === 'not-enough-data')
    return `No clear change in ${name}; ${open.length === deploy.changes.length ? 'none of its figures can' : `${counted(open.length, 'figure')} cannot`} be computed yet.`;
  return `No change: ${name} is as good as ${versionNoun(versionWords(deploy.before, deploy.after))}.`;
}

/** A difference relative to the value before, with its interval, for a common axis. */
export function relative({
  before,
  difference,
}: Change): { value: number; low: number; high: number } | undefined {
  if (!difference || before.value === undefined || before.value === 0) return undefined;
  const by = (amount: number): number => amount / (before.value ?? 1);
  return { value: by(difference.value), low: by(difference.low), high: by(difference.high) };
}
