import type { Env } from './settings.ts';

/** Read by the SDK, which may run in the same environment. */
const OF_THE_SDK = [
  'ADDRESSES',
  'BUFFER_BYTES',
  'BUFFER_SPANS',
  'EXPORT',
  'EXPORT_TIMEOUT_MILLIS',
  'FLUSH',
  'FS_TIMING',
  'HANDLER',
  'HOST_ID',
  'HOST_IP',
  'INVENTORY',
  'IO_SPANS',
  'MODULES',
  'PROACTIVE_GAP_MILLIS',
  'PROBES',
  'PROBE_ENDPOINT',
  'PROBE_RATIO',
  'REDIRECT',
  'SAMPLE_RATIO',
  'SYNC_TIMEOUT_MILLIS',
  'TIMEOUT_MARGIN_MILLIS',
].map((name) => `SANDSCOPE_${name}`);

/** Variables that Kubernetes sets for a service named `sandscope`. */
const OF_KUBERNETES = /^SANDSCOPE_(?:SERVICE_|PORT_\d+_)/;
/** Most letters that may be wrong, missing or extra in the intended name; fewer for a short name. */
const mostSlips = (name: string): number => Math.min(3, 1 + Math.floor((name.length - PREFIX.length) / 4));
const PREFIX = 'SANDSCOPE_';

/**
 * A warning for each `SANDSCOPE_*` variable that nothing reads, with the variable that was probably meant.
 *
 * @param known full names of the variables that are read
 */
export function misspeltVariables(env: Env, known: readonly string[]): string[] {
  const names = [...known, ...OF_THE_SDK];
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !names.includes(name) && !OF_KUBERNETES.test(name))
    .map((name) => {
      const [nearest] = names
        .map((candidate) => ({ candidate, slips: distance(name, candidate) }))
        .filter(({ slips }) => slips <= mostSlips(name))
        .toSorted((a, b) => a.slips - b.slips);
      const hint = nearest === undefined ? '' : `; did you mean ${nearest.candidate}?`;
      return `${name} is not a variable of Sandscope and has no effect${hint}`;
    });
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let at = 1; at <= a.length; at++) {
    const next = [at];
    for (let column = 1; column <= b.length; column++) {
      const change = (row[column - 1] as number) + (a[at - 1] === b[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
