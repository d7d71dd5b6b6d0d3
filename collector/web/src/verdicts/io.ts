/** Verdicts about the outgoing I/O of functions. */
import type { IoEntry } from '../api/answers.ts';
import { subjectOf } from './names.ts';
import { count, counted, duration, interval, share } from '../words.ts';

export type Kind = IoEntry['kinds'][number]['kind'];

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  dns: 'Name lookups',
  connect: 'New connections',
  http: 'HTTP requests',
  fs: 'File operations',
};

/** Time that a call spends on a kind of operation, ms. */
export const aCallMs = ({ perCall, meanMs }: IoEntry['kinds'][number]): number =>
  perCall * (meanMs.value ?? 0);

/** Kinds that occurred, those that take most of a call first. */
export const kindsOf = (entry: IoEntry): IoEntry['kinds'][number][] =>
  entry.kinds.filter(({ operations }) => operations > 0).toSorted((a, b) => aCallMs(b) - aCallMs(a));

/** What outgoing I/O do functions do, and how much of a call does it take? */
export function ioVerdict(entries: readonly IoEntry[]): string {
  const busy = entries
    .map((entry) => ({ entry, kinds: kindsOf(entry) }))
    .filter(({ kinds }) => kinds.length > 0)
    // One that is known is said rather than one of which too little is.
    .toSorted(
      (a, b) =>
        Number(b.entry.basis.enough) - Number(a.entry.basis.enough) ||
        aCallMs(b.kinds[0]!) - aCallMs(a.kinds[0]!),
    );
  const [first] = busy;
  if (!first)
    return entries.length === 0
      ? 'No function reported its I/O.'
      : 'No lookup, connection, request or file was seen.';
  const { entry, kinds } = first;
  const [most] = kinds;
  if (!entry.basis.enough || !most)
    return `What I/O takes is not known yet (${count(entry.basis.n)} of ${count(entry.basis.needed)} operations).`;
  const { low, high, value = 0 } = most.meanMs;
  const spread = low === undefined || high === undefined ? '' : ` (${interval(low, high, duration)})`;
  return `${subjectOf(entry, entries)}${KIND_WORDS[most.kind]} take ${duration(value)} each${spread}, ${duration(aCallMs(most))} of a call.`;
}

/** Does a reused socket help? */
export function socketsVerdict(entry: IoEntry | undefined): string {
  const fresh = entry?.sockets.find(({ reused }) => !reused)?.firstByteMs;
  const again = entry?.sockets.find(({ reused }) => reused)?.firstByteMs;
  if (fresh?.value === undefined && again?.value === undefined)
    return 'No request with a span of its own was seen.';
  if (again?.value === undefined)
    return `Each of ${counted(fresh?.n ?? 0, 'request')} opened a new socket: none was reused.`;
  if (fresh?.value === undefined)
    return `Every one of ${counted(again.n, 'request')} went on a reused socket.`;
  if (again.high === undefined || fresh.low === undefined)
    return `${duration(again.value)} on reused sockets, ${duration(fresh.value)} on new ones; too few sandboxes to compare.`;
  const isApart = again.high < fresh.low;
  if (!isApart)
    return `No clear change: ${duration(again.value)} on reused sockets, ${duration(fresh.value)} on new ones.`;
  return `A reused socket saves ${duration(fresh.value - again.value)} of ${duration(fresh.value)}.`;
}

/** Does a frozen sandbox find its sockets broken? */
export function freezeVerdict(entry: IoEntry | undefined): string {
  const gaps = entry?.gaps ?? [];
  const long = gaps.filter(({ fromMs }) => fromMs >= 60_000);
  const n = long.reduce((sum, gap) => sum + gap.n, 0);
  const broken = long.reduce((sum, gap) => sum + (gap.broken.value ?? 0) * gap.n, 0);
  if (entry?.freeze === 'breaks')
    return `Yes: after a minute idle and more, ${share(broken / (n || 1))} of requests on reused sockets break.`;
  if (entry?.freeze === 'no-harm-seen')
    return `No harm seen: ${count(Math.round(broken))} of ${counted(n, 'request')} broke after a minute idle and more.`;
  return 'Whether a freeze breaks sockets is not known yet.';
}

/** Is I/O slower beside busy neighbours of one’s own? */
export function loadVerdict(entry: IoEntry | undefined): string {
  if (!entry || entry.hosts.length === 0) return 'Hosts cannot be known here, so they cannot be compared.';
  const found = entry.load.filter(({ found: is }) => is).map(({ kind }) => KIND_WORDS[kind].toLowerCase());
  if (found.length > 0)
    return `While own sandboxes on the host are busy, ${found.join(' and ')} take longer.`;
  if (entry.load.length === 0) return 'Whether busy neighbours slow I/O is not known yet.';
  return 'No kind of I/O is slower while own sandboxes on the host are busy.';
}

/** What did the active probes measure? */
export const probesVerdict = (probes: IoEntry['probes']): string =>
  probes.length === 0
    ? 'No active probe ran.'
    : `${counted(probes.length, 'figure')} from active probes, medians.`;
