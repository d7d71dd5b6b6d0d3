import type { HostConfidence } from '@sandscope/probes/semconv';
import type { Store } from '../store/index.ts';
import { countHops } from './hops.ts';
import { weakest } from './hosts.ts';
import { wilson } from './statistics.ts';
import type { Proportion } from './statistics.ts';
import { loadWindow, toNanos } from './window.ts';
import type { FunctionWindow, Scope, Window } from './window.ts';

/** Exact quantiles of n durations, ms. */
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

type Quantiles = [number, number, number];

interface FunctionRow {
  readonly function: string;
  readonly invocations: string;
  readonly n_cold: string;
  readonly n_warm: string;
  readonly errors: string;
  readonly sandboxes: string;
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
  const [rows, window] = await Promise.all([
    countFunctions(store, scope, limit + 1, signal),
    loadWindow(store, scope, signal),
  ]);
  const shown = rows.slice(0, limit);
  const functions = shown.map((row) => summary(row, window));
  return {
    functions,
    total: totalOf(functions, window),
    truncated: rows.length > limit || window.truncated,
    window,
  };
}

async function countFunctions(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<FunctionRow[]> {
  return store.query<FunctionRow>(
    `SELECT function, count() AS invocations, countIf(cold = true) AS n_cold, countIf(cold = false) AS n_warm,
      countIf(status IN ('Error', 'STATUS_CODE_ERROR')) AS errors, uniqExact(sandbox_id) AS sandboxes,
      toUnixTimestamp64Nano(max(start)) AS last_seen,
      quantilesExact(0.5, 0.95, 0.99)(duration_ns / 1e6) AS durations,
      quantilesExactIf(0.5, 0.95, 0.99)(duration_ns / 1e6, ifNull(cold, false)) AS cold_durations,
      quantilesExactIf(0.5, 0.95, 0.99)(duration_ns / 1e6, NOT ifNull(cold, true)) AS warm_durations
    FROM ${store.database}.invocations FINAL
    WHERE start >= fromUnixTimestamp64Nano({from:Int64}) AND start < fromUnixTimestamp64Nano({to:Int64})
      ${scope.function === undefined ? '' : 'AND function = {function:String}'}
    GROUP BY function
    ORDER BY function
    LIMIT {limit:UInt32}`,
    {
      from: toNanos(scope.fromMs),
      to: toNanos(scope.toMs),
      limit,
      ...(scope.function !== undefined && { function: scope.function }),
    },
    {},
    signal,
  );
}

function summary(row: FunctionRow, window: Window): FunctionSummary {
  const judged = window.functions.get(row.function);
  const cold = Number(row.n_cold);
  const warm = Number(row.n_warm);
  const sandboxes = Number(row.sandboxes);
  const evicted = judged ? countEvicted(judged) : 0;
  return {
    function: row.function,
    invocations: Number(row.invocations),
    cold,
    coldRate: wilson(cold, cold + warm),
    sandboxes,
    alive: sandboxes - evicted,
    evicted,
    ...hostCounts(judged ? [judged] : [], window),
    lostSpans: judged?.lives.reduce((sum, life) => sum + life.lost, 0) ?? 0,
    errors: Number(row.errors),
    durationMs: durations(row.durations, Number(row.invocations)),
    ...(cold > 0 && { coldDurationMs: durations(row.cold_durations, cold) }),
    ...(warm > 0 && { warmDurationMs: durations(row.warm_durations, warm) }),
    lastSeenUnixNano: row.last_seen,
  };
}

function totalOf(functions: readonly FunctionSummary[], window: Window): Counts {
  const sum = (pick: (summary: FunctionSummary) => number): number =>
    functions.reduce((total, summary) => total + pick(summary), 0);
  const cold = sum((summary) => summary.cold);
  const judged = functions.flatMap((summary) => window.functions.get(summary.function) ?? []);
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
    ...hostCounts(judged, window),
    lostSpans: sum((summary) => summary.lostSpans),
    errors: sum((summary) => summary.errors),
  };
}

function hostCounts(
  functions: readonly FunctionWindow[],
  window: Window,
): { hosts?: number; hops?: number; hostConfidence: HostConfidence } {
  const known = functions
    .flatMap(({ lives }) => lives.map((life) => window.hosts.get(life.key)))
    .filter((host) => host?.id !== undefined);
  const hostConfidence = weakest(known.flatMap((host) => host ?? []));
  if (known.length === 0) return { hostConfidence };
  const hops = functions.reduce((sum, { invocations }) => sum + countHops(invocations, window.hosts).hops, 0);
  return { hosts: new Set(known.map((host) => host?.id)).size, hops, hostConfidence };
}

/** Sandboxes in the states `evicted` and `confirmed`. */
export function countEvicted({ fates }: FunctionWindow): number {
  let evicted = 0;
  for (const { state } of fates.values()) if (state === 'evicted' || state === 'confirmed') evicted += 1;
  return evicted;
}

function durations([p50, p95, p99]: Quantiles, n: number): Durations {
  return { p50, p95, p99, n };
}
