import type { HostConfidence } from '@sandscope/probes/semconv';
import type { Store } from '../store/index.ts';
import { countHops } from './hops.ts';
import { weakest } from './hosts.ts';
import type { Cover } from './rollup/cover.ts';
import { loadCounts } from './rollup/counts.ts';
import { loadDurations } from './rollup/durations.ts';
import type { Quantiles } from './rollup/durations.ts';
import { loadHopCounts, loadHops } from './rollup/hops.ts';
import { betweenSql, filterSql, scopeParams } from './scope.ts';
import type { Scope } from './scope.ts';
import { wilson } from './statistics.ts';
import type { Proportion } from './statistics.ts';
import { answerFrom } from './window.ts';
import type { FunctionWindow, Window } from './window.ts';

/** Quantiles of n durations, ms: exact, or within {@link QUANTILE_ERROR} where they come from rollups. */
export interface Durations {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly n: number;
}

/** What every summary counts; `hosts` and `hops` are absent where no host is known. */
export interface Counts {
  readonly invocations: number;
  readonly cold: number;
  /** Among invocations that said whether they were cold. */
  readonly coldRate: Proportion;
  readonly sandboxes: number;
  /** Not held evicted. */
  readonly alive: number;
  /** States `evicted` and `confirmed`. */
  readonly evicted: number;
  readonly hosts?: number;
  /** The lowest among the hosts counted; `none` where no host is known. */
  readonly hostConfidence: HostConfidence;
  readonly hops?: number;
  /** Invocations that happened but were not received, by the gaps in ordinals. */
  readonly lostSpans: number;
  readonly errors: number;
}

export interface FunctionSummary extends Counts {
  readonly function: string;
  readonly durationMs: Durations;
  readonly coldDurationMs?: Durations;
  readonly warmDurationMs?: Durations;
  /** Start of the newest invocation, ns since the epoch. */
  readonly lastSeenUnixNano: string;
}

export interface FunctionSummaries {
  readonly functions: readonly FunctionSummary[];
  readonly total: Counts;
  readonly truncated: boolean;
  readonly window: Window;
}

interface FunctionRow {
  readonly function: string;
  readonly invocations: string;
  readonly n_cold: string;
  readonly n_warm: string;
  readonly errors: string;
  readonly last_seen: string;
  readonly durations: Quantiles;
  readonly cold_durations: Quantiles;
  readonly warm_durations: Quantiles;
}

/** Summary of each function seen in the scope, by name. Counts are exact for any number of invocations. */
export async function summariseFunctions(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<FunctionSummaries> {
  return answerFrom(
    store,
    scope,
    `functions ${limit}`,
    (window, own) => summarise(store, window, limit, own),
    signal,
  );
}

async function summarise(
  store: Store,
  window: Window,
  limit: number,
  signal?: AbortSignal,
): Promise<FunctionSummaries> {
  const { cover, scope } = window;
  const [rows, hops] = await Promise.all([
    cover ? countFromRollups(store, cover, scope, signal) : countFunctions(store, scope, signal),
    countAllHops(store, window, signal),
  ]);
  const shown = rows.slice(0, limit);
  const hosts = new Map([...window.functions].map(([name, judged]) => [name, hostsOf(judged, window)]));
  const functions = shown.map((row) => summary(row, window, hosts, hops));
  return {
    functions,
    total: totalOf(functions, hosts, hops),
    truncated: rows.length > limit || window.truncated,
    window,
  };
}

async function countFunctions(store: Store, scope: Scope, signal?: AbortSignal): Promise<FunctionRow[]> {
  return store.query<FunctionRow>(
    `SELECT function, count() AS invocations, countIf(cold = true) AS n_cold, countIf(cold = false) AS n_warm,
      countIf(status IN ('Error', 'STATUS_CODE_ERROR')) AS errors,
      toUnixTimestamp64Nano(max(start)) AS last_seen,
      quantilesExact(0.5, 0.95, 0.99)(duration_ns / 1e6) AS durations,
      quantilesExactIf(0.5, 0.95, 0.99)(duration_ns / 1e6, ifNull(cold, false)) AS cold_durations,
      quantilesExactIf(0.5, 0.95, 0.99)(duration_ns / 1e6, NOT ifNull(cold, true)) AS warm_durations
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)}
    GROUP BY function
    ORDER BY function`,
    scopeParams(scope),
    {},
    signal,
  );
}

async function countFromRollups(
  store: Store,
  cover: Cover,
  scope: Scope,
  signal?: AbortSignal,
): Promise<FunctionRow[]> {
  const [counts, durations] = await Promise.all([
    loadCounts(store, cover, scope, signal),
    loadDurations(store, cover, scope, signal),
  ]);
  return counts.flatMap((row) => {
    const found = durations.get(row.function);
    return found ? [{ ...found, ...row }] : [];
  });
}

/** Hops of each function; where a function is missing, its hosts are not known. */
async function countAllHops(
  store: Store,
  window: Window,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const { cover, hosts, functions } = window;
  if (cover === undefined) {
    return new Map(
      [...functions].map(([name, { invocations }]) => [name, countHops(invocations, hosts).hops] as const),
    );
  }
  if (![...hosts.values()].some(({ id }) => id !== undefined)) return new Map();
  const counts = await loadHopCounts(store, cover, window, signal);
  if (counts) return counts;
  const all = await loadHops(store, cover, window, signal);
  return new Map([...all].map(([name, { hops }]) => [name, hops]));
}

function summary(
  row: FunctionRow,
  window: Window,
  hosts: ReadonlyMap<string, Hosts>,
  hops: ReadonlyMap<string, number>,
): FunctionSummary {
  const judged = window.functions.get(row.function);
  const cold = Number(row.n_cold);
  const warm = Number(row.n_warm);
  const sandboxes = judged?.lives.length ?? 0;
  const evicted = judged ? countEvicted(judged) : 0;
  return {
    function: row.function,
    invocations: Number(row.invocations),
    cold,
    coldRate: wilson(cold, cold + warm),
    sandboxes,
    alive: sandboxes - evicted,
    evicted,
    ...hostCounts([row.function], hosts, hops),
    lostSpans: judged?.lives.reduce((sum, life) => sum + life.lost, 0) ?? 0,
    errors: Number(row.errors),
    durationMs: durations(row.durations, Number(row.invocations)),
    ...(cold > 0 && { coldDurationMs: durations(row.cold_durations, cold) }),
    ...(warm > 0 && { warmDurationMs: durations(row.warm_durations, warm) }),
    lastSeenUnixNano: row.last_seen,
  };
}

function totalOf(
  functions: readonly FunctionSummary[],
  hosts: ReadonlyMap<string, Hosts>,
  hops: ReadonlyMap<string, number>,
): Counts {
  const sum = (pick: (summary: FunctionSummary) => number): number =>
    functions.reduce((total, summary) => total + pick(summary), 0);
  const cold = sum((summary) => summary.cold);
  return {
    invocations: sum((summary) => summary.invocations),
    cold,
    coldRate: wilson(
      cold,
      sum((summary) => summary.coldRate.n),
    ),
    sandboxes: sum((summary) => summary.sandboxes),
    alive: sum((summary) => summary.alive),
    evicted: sum((summary) => summary.evicted),
    ...hostCounts(
      functions.map((summary) => summary.function),
      hosts,
      hops,
    ),
    lostSpans: sum((summary) => summary.lostSpans),
    errors: sum((summary) => summary.errors),
  };
}

/** Hosts of sandboxes, and how sure they are. */
interface Hosts {
  readonly ids: Set<string>;
  readonly confidences: Set<HostConfidence>;
}

function hostsOf({ lives }: FunctionWindow, { hosts }: Window): Hosts {
  const found: Hosts = { ids: new Set(), confidences: new Set() };
  for (const { key } of lives) {
    const { id, confidence } = hosts.get(key) ?? {};
    if (id === undefined || confidence === undefined) continue;
    found.ids.add(id);
    found.confidences.add(confidence);
  }
  return found;
}

function hostCounts(
  names: readonly string[],
  known: ReadonlyMap<string, Hosts>,
  hops: ReadonlyMap<string, number>,
): { hosts?: number; hops?: number; hostConfidence: HostConfidence } {
  const ids = new Set<string>();
  const confidences = new Set<HostConfidence>();
  for (const name of names) {
    for (const id of known.get(name)?.ids ?? []) ids.add(id);
    for (const confidence of known.get(name)?.confidences ?? []) confidences.add(confidence);
  }
  const hostConfidence = weakest([...confidences].map((confidence) => ({ confidence })));
  if (ids.size === 0) return { hostConfidence };
  return {
    hosts: ids.size,
    hops: names.reduce((sum, name) => sum + (hops.get(name) ?? 0), 0),
    hostConfidence,
  };
}

/** Sandboxes in the states `evicted` and `confirmed`. */
export function countEvicted({ fates }: FunctionWindow): number {
  let evicted = 0;
  for (const { state } of fates.values()) if (state === 'evicted' || state === 'confirmed') evicted += 1;
  return evicted;
}

function durations([p50, p95, p99]: Quantiles, n: number): Durations {
  return { p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0, n };
}
