/** Verdicts about growth over a sandbox's lifetime. */
import type { LeaksEntry } from '../api/answers.ts';
import { bytes, count } from '../words.ts';

export type Resource = LeaksEntry['resources'][number];

export const RESOURCES: Readonly<Record<Resource['resource'], string>> = {
  rss: 'Memory (RSS)',
  heap: 'Heap',
  external: 'Memory outside of the heap',
  descriptors: 'Descriptors',
  sockets: 'Sockets',
  threads: 'Threads',
  'temp-bytes': 'Temporary files, bytes',
  'temp-files': 'Temporary files',
};

const IN_BYTES = new Set<Resource['resource']>(['rss', 'heap', 'external', 'temp-bytes']);

/** An amount in the resource's unit. */
export function levelOf(resource: Resource['resource'], value: number): string {
  const size = Math.abs(value);
  const text = IN_BYTES.has(resource)
    ? bytes(size)
    : size < 10
      ? String(Number(size.toFixed(2)))
      : count(size);
  return value < 0 ? `−${text}` : text;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What grows over a sandbox’s life? */
export function leaksVerdict(entries: readonly LeaksEntry[]): string {
  const found = entries
    .flatMap((entry) => entry.resources.filter(({ leaks }) => leaks).map((resource) => ({ entry, resource })))
    .toSorted(
      (a, b) => (a.resource.limitCall?.value ?? Infinity) - (b.resource.limitCall?.value ?? Infinity),
    );
  const [first] = found;
  if (first) {
    const { entry, resource } = first;
    const end = resource.limitCall?.value;
    return `${entry.function} leaks: ${lowerFirst(RESOURCES[resource.resource])} grows by ${levelOf(resource.resource, resource.perCall.value ?? 0)} a call${end === undefined ? '' : `; its limit would be reached at call ${count(end)}`}.`;
  }
  if (entries.some(({ basis }) => basis.enough)) return 'No leak seen.';
  const [one] = entries.toSorted((a, b) => b.basis.n - a.basis.n);
  return `Whether anything leaks is not known yet (${count(one?.basis.n ?? 0)} of ${count(one?.basis.needed ?? 3)} lives of 40 calls).`;
}
