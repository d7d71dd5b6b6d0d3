import type { Store } from '../store/index.ts';
import { learnHosts } from './hosts.ts';
import type { HostOf, SandboxFacts } from './hosts.ts';
import { judgeFates } from './evictions.ts';
import type { Fate } from './evictions.ts';
import { groupBy, lifelines } from './lifelines.ts';
import type { Invocation, Lifeline, SandboxEnd } from './lifelines.ts';
import type { PickOrder } from './pick-order.ts';

/** What a question is asked about. Half-open: from ≤ start < to. */
export interface Scope {
  readonly fromMs: number;
  readonly toMs: number;
  /** Absent for all functions. */
  readonly function?: string | undefined;
}

/** Everything the correlators look at for one question. */
export interface Window {
  readonly scope: Scope;
  /** The moment states are given for: the end of the scope, or now where that is earlier. */
  readonly asOfMs: number;
  /** Newest invocations only: there were more than are looked at. */
  readonly truncated: boolean;
  /** Ascending by start. */
  readonly invocations: readonly Invocation[];
  readonly facts: ReadonlyMap<string, SandboxFacts>;
  /** By lifeline key. */
  readonly hosts: ReadonlyMap<string, HostOf>;
  readonly functions: ReadonlyMap<string, FunctionWindow>;
}

/** One function of a window, its sandboxes judged. */
export interface FunctionWindow {
  readonly invocations: readonly Invocation[];
  readonly lives: readonly Lifeline[];
  /** By lifeline key. */
  readonly fates: ReadonlyMap<string, Fate>;
  readonly pickOrder: PickOrder;
}

/** Invocations one question looks at; beyond that the newest are taken and the answer says it is truncated. */
export const MAX_INVOCATIONS = 50_000;
const MAX_SANDBOXES = 50_000;
/** Whether kernels are shared is learnt from at least this much before the end of the scope. */
const HOST_LEARNING_MS = 24 * 3_600_000;

/**
 * Loads and judges a window.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`.
 */
export async function loadWindow(store: Store, scope: Scope, signal?: AbortSignal): Promise<Window> {
  const [newestFirst, ends, allFacts] = await Promise.all([
    loadInvocations(store, scope, signal),
    loadEnds(store, scope, signal),
    loadFacts(store, scope, signal),
  ]);
  const truncated = newestFirst.length > MAX_INVOCATIONS;
  const invocations = newestFirst.slice(0, MAX_INVOCATIONS).reverse();
  const asOfMs = Math.min(scope.toMs, Date.now());
  const endsOf = groupBy(ends, (end) => end.function);
  const functions = new Map<string, FunctionWindow>();
  for (const [name, own] of groupBy(invocations, (invocation) => invocation.function)) {
    const lives = lifelines(own, endsOf.get(name) ?? []);
    functions.set(name, { invocations: own, lives, ...judgeFates(lives, asOfMs) });
  }
  const facts = new Map(allFacts.map((fact) => [`${fact.function}\0${fact.sandboxId}`, fact]));
  return { scope, asOfMs, truncated, invocations, facts, hosts: learnHosts(allFacts), functions };
}

/** Nanoseconds since the epoch, as the parameters of a statement carry them. */
export function toNanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

// Through whole microseconds, which a double holds exactly: nanoseconds divided at once can fall short of the very
// millisecond they stand for.
const MILLIS = (nanos: string): string => `intDiv(${nanos}, 1000) / 1000`;
const START_MS = MILLIS('toUnixTimestamp64Nano(start)');
const BETWEEN = (column: string): string =>
  `${column} >= fromUnixTimestamp64Nano({from:Int64}) AND ${column} < fromUnixTimestamp64Nano({to:Int64})`;
const OF_FUNCTION = (scope: Scope): string =>
  scope.function === undefined ? '' : 'AND function = {function:String}';

function scopeParams(scope: Scope): Record<string, unknown> {
  return {
    from: toNanos(scope.fromMs),
    to: toNanos(scope.toMs),
    ...(scope.function !== undefined && { function: scope.function }),
  };
}

async function loadInvocations(store: Store, scope: Scope, signal?: AbortSignal): Promise<Invocation[]> {
  const rows = await store.query<{
    function: string;
    sandbox_id: string;
    version: string;
    start_ms: number;
    duration_ms: number;
    ordinal: string | null;
    ticks: string | null;
    cold: boolean | null;
    init_duration_ms: number | null;
    export_ms: number | null;
    concurrent: string | null;
  }>(
    `SELECT function, sandbox_id, version, ${START_MS} AS start_ms, duration_ns / 1e6 AS duration_ms, ordinal,
      process_start_ticks AS ticks, cold, init_duration_ms, export_ms, concurrent
    FROM ${store.database}.invocations FINAL
    WHERE ${BETWEEN('start')} ${OF_FUNCTION(scope)}
    ORDER BY start DESC, trace_id DESC, span_id DESC
    LIMIT {limit:UInt32}`,
    { ...scopeParams(scope), limit: MAX_INVOCATIONS + 1 },
    {},
    signal,
  );
  return rows.map((row) => ({
    function: row.function,
    sandboxId: row.sandbox_id,
    version: row.version,
    startMs: row.start_ms,
    endMs: row.start_ms + row.duration_ms,
    ordinal: row.ordinal === null ? undefined : Number(row.ordinal),
    processStartTicks: row.ticks ?? undefined,
    cold: row.cold ?? undefined,
    initDurationMs: row.init_duration_ms ?? undefined,
    exportMs: row.export_ms ?? undefined,
    concurrent: row.concurrent === null ? undefined : Number(row.concurrent),
  }));
}

async function loadEnds(store: Store, scope: Scope, signal?: AbortSignal): Promise<SandboxEnd[]> {
  const rows = await store.query<{
    function: string;
    sandbox_id: string;
    time_ms: number;
    reason: string;
    last_ordinal: string | null;
    ticks: string | null;
  }>(
    `SELECT function, sandbox_id, ${MILLIS('toUnixTimestamp64Nano(time)')} AS time_ms, reason, last_ordinal, process_start_ticks AS ticks
    FROM ${store.database}.sandbox_ends FINAL
    WHERE ${BETWEEN('time')} ${OF_FUNCTION(scope)}
    ORDER BY time DESC
    LIMIT {limit:UInt32}`,
    { ...scopeParams(scope), limit: MAX_SANDBOXES },
    {},
    signal,
  );
  return rows.map((row) => ({
    function: row.function,
    sandboxId: row.sandbox_id,
    timeMs: row.time_ms,
    reason: row.reason,
    lastOrdinal: row.last_ordinal === null ? undefined : Number(row.last_ordinal),
    processStartTicks: row.ticks ?? undefined,
  }));
}

/** Of all functions, because one function's sandboxes prove for another's that their kernel is shared. */
async function loadFacts(store: Store, scope: Scope, signal?: AbortSignal): Promise<SandboxFacts[]> {
  const fromMs = Math.min(scope.fromMs, scope.toMs - HOST_LEARNING_MS);
  const last = (column: string): string => `argMaxIf(${column}, start, ${column} != '')`;
  const rows = await store.query<{
    function: string;
    sandbox_id: string;
    instance: string;
    boot_id: string;
    isolation: string;
    init_types: string[];
    declared: string;
    platform: string;
    region: string;
    account: string;
    first_ms: number;
    last_ms: number;
  }>(
    `SELECT function, sandbox_id, ${last('instance')} AS instance, ${last('boot_id')} AS boot_id,
      ${last('isolation')} AS isolation, groupUniqArray(init_type) AS init_types,
      ${last('host_declared_id')} AS declared, ${last('platform')} AS platform, ${last('region')} AS region,
      ${last('account_id')} AS account, ${MILLIS('toUnixTimestamp64Nano(min(start))')} AS first_ms,
      ${MILLIS('max(toUnixTimestamp64Nano(start) + duration_ns)')} AS last_ms
    FROM ${store.database}.invocations
    WHERE ${BETWEEN('start')}
    GROUP BY function, sandbox_id
    ORDER BY last_ms DESC
    LIMIT {limit:UInt32}`,
    { from: toNanos(fromMs), to: toNanos(scope.toMs), limit: MAX_SANDBOXES },
    {},
    signal,
  );
  return rows.map((row) => ({
    function: row.function,
    sandboxId: row.sandbox_id,
    instance: row.instance,
    bootId: row.boot_id,
    isolation: row.isolation,
    initTypes: row.init_types,
    declaredHostId: row.declared,
    platform: row.platform,
    region: row.region,
    accountId: row.account,
    firstStartMs: row.first_ms,
    lastEndMs: row.last_ms,
  }));
}
