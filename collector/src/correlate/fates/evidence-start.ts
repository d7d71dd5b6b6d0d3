import type { Store } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { SLOT_SECONDS } from '../rollup/sql.ts';

/**
 * The range of evidence for judging a function: at least {@link LEAST_USES} and {@link LEAST_SECONDS}, as far as data
 * exists within {@link LONGEST_SECONDS}. Two hours are several times as long as platforms keep idle sandboxes.
 */
const LEAST_USES = 10_000;
const LEAST_SECONDS = 2 * 3600;
const LONGEST_SECONDS = 30 * 86_400;
/** A function with more in less time than that is judged from this many. */
const MOST_USES = 500_000;
/**
 * A function with more sandboxes is judged from the period in which the newest of them were used: judging this many
 * takes some seconds, in a separate thread.
 */
export const MOST_SANDBOXES = 20_000;
/**
 * Most processes of sandboxes that are read of a function, the last used ones: what is read is kept in memory, and a
 * function may have had hundreds of thousands of sandboxes in the time that counts as evidence.
 */
export const MOST_PROCESSES = 2 * MOST_SANDBOXES;
/**
 * `activity` counts repeated spans twice, so this many times the rows are read; the surplus is dropped once repeats are
 * removed.
 */
const SENT_AGAIN = 2;

const SLOT_MS = SLOT_SECONDS * 1000;
const LONGEST_SLOTS = LONGEST_SECONDS / SLOT_SECONDS;

/** The rows to read for a function. */
export interface EvidenceRange {
  readonly function: string;
  readonly fromMs: number;
  /** Upper bound of the rows there. */
  readonly rows: number;
  /** Changes whenever something arrives for the function. */
  readonly version: string;
}

/**
 * The start of each function's evidence for a judgement as of a moment: the start of a slot, the same for every
 * question. The evidence of a function that was silent before the moment ends with its last invocation.
 *
 * @param name of the only function; default all that were seen
 * @param fromMs start of what is asked for: functions that were silent ever since are not needed
 */
export async function loadEvidenceRanges(
  store: Store,
  name: string | undefined,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  signal?: AbortSignal,
): Promise<EvidenceRange[]> {
  const last = Math.floor(untilMs / SLOT_MS);
  const first = last - LONGEST_SLOTS;
  const recent = await rangesWithin(store, name, { first, last }, signal);
  if (fromMs >= first * SLOT_MS) return recent;
  const known = new Set(recent.map(({ function: of }) => of));
  const silent = await rangesWithin(store, name, { last: first - 1 }, signal);
  return [...recent, ...silent.filter(({ function: of }) => !known.has(of))];
}

/** @param range of slots; without `first`, the slots of each function up to its last one */
async function rangesWithin(
  store: Store,
  name: string | undefined,
  { first, last }: { readonly first?: number; readonly last: number },
  signal: AbortSignal | undefined,
): Promise<EvidenceRange[]> {
  const isEnough = `(newer >= ${SENT_AGAIN * LEAST_USES} AND slot <= latest - ${LEAST_SECONDS / SLOT_SECONDS}) OR newer >= ${SENT_AGAIN * MOST_USES}`;
  const slots = `SELECT function, slot, sum(rows) AS n, max(changed_at) AS at, ${first === undefined ? 'max(slot) OVER (PARTITION BY function)' : `toInt32(${last})`} AS latest
        FROM ${store.database}.activity
        WHERE ${first === undefined ? '' : `slot >= ${first} AND `}slot <= ${last} ${name === undefined ? '' : `AND function = ${quote(name)}`}
        GROUP BY function, slot`;
  const rows = await store.query<{
    function: string;
    from_slot: number;
    used: string;
    total: string;
    changed: number;
    ends: string;
  }>(
    `SELECT function, if(countIf(${isEnough}) = 0, max(latest) - ${LONGEST_SLOTS}, maxIf(slot, ${isEnough})) AS from_slot,
      if(countIf(${isEnough}) = 0, sum(n), minIf(newer, ${isEnough})) AS used, sum(n) AS total,
      toUnixTimestamp(max(at)) AS changed,
      (SELECT toString((count(), max(received_at))) FROM ${store.database}.sandbox_ends) AS ends
    FROM (
      SELECT function, slot, n, at, latest,
        sum(n) OVER (PARTITION BY function ORDER BY slot DESC ROWS UNBOUNDED PRECEDING) AS newer
      FROM (${slots})
      WHERE slot >= latest - ${LONGEST_SLOTS}
    )
    GROUP BY function`,
    {},
    {},
    signal,
  );
  return rows.map(({ function: of, from_slot, used, total, changed, ends }) => ({
    function: of,
    fromMs: from_slot * SLOT_MS,
    rows: Number(used),
    version: `${total} ${changed} ${ends}`,
  }));
}

/** The invocations of one process of a sandbox that may be evidence. */
export interface SandboxStarts {
  readonly sandbox: string;
  /** Start of each, µs since the epoch, in any order. */
  readonly starts: Float64Array;
}

/**
 * The start of a function's evidence among the rows read: the same however often its invocations were sent.
 *
 * @param used its invocations before `untilMs`, each once, of the {@link MOST_PROCESSES} that were used last
 * @returns ms since the epoch; −Infinity if all of them are evidence
 */
export function evidenceStart(used: readonly SandboxStarts[], untilMs: number): number {
  return Math.max(startByUses(used, untilMs), startBySandboxes(used), startByProcesses(used));
}

function startByUses(used: readonly SandboxStarts[], untilMs: number): number {
  const counts = new Map<number, number>();
  for (const { starts } of used) {
    for (const start of starts) {
      const slot = Math.floor(start / 1000 / SLOT_MS);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
  }
  const recent = Math.floor(untilMs / SLOT_MS) - LEAST_SECONDS / SLOT_SECONDS;
  let newer = 0;
  for (const slot of [...counts.keys()].sort((a, b) => b - a)) {
    newer += counts.get(slot) ?? 0;
    if ((newer >= LEAST_USES && slot <= recent) || newer >= MOST_USES) return slot * SLOT_MS;
  }
  return -Infinity;
}

/** After the last use of the first sandbox beyond the limit. */
function startBySandboxes(used: readonly SandboxStarts[]): number {
  const latest = new Map<string, number>();
  for (const { sandbox, starts } of used) {
    latest.set(sandbox, Math.max(lastOf(starts), latest.get(sandbox) ?? -Infinity));
  }
  if (latest.size <= MOST_SANDBOXES) return -Infinity;
  const newestFirst = Float64Array.from(latest.values()).sort().reverse();
  return ((newestFirst[MOST_SANDBOXES] ?? 0) + 1) / 1000;
}

/** After everything that may be missing: there may be more processes than were read, last used before all of these. */
function startByProcesses(used: readonly SandboxStarts[]): number {
  if (used.length < MOST_PROCESSES) return -Infinity;
  return (used.reduce((least, { starts }) => Math.min(least, lastOf(starts)), Infinity) + 1) / 1000;
}

function lastOf(starts: Float64Array): number {
  return starts.reduce((most, start) => Math.max(most, start), -Infinity);
}
