import type { HostConfidence } from '@sandscope/probes/semconv';
import { addToGroup, groupBy } from '../lists/index.ts';
import type { Store } from '../store/index.ts';
import { loadColdTimes, partsOf, phasesOf } from './cold-cost/index.ts';
import type { Parts } from './cold-cost/index.ts';
import { countHops } from './hops.ts';
import { weakest } from './hosts.ts';
import type { SandboxFacts } from './hosts.ts';
import { knowable } from './knowable.ts';
import type { KnowableAnswer, MissingAnswers } from './knowable.ts';
import type { Invocation } from './lifelines.ts';
import type { ReadPlan } from './rollup/read-plan.ts';
import { loadCounts } from './rollup/counts.ts';
import { loadDurations } from './rollup/durations.ts';
import type { Quantiles } from './rollup/durations.ts';
import { loadHopCounts, loadHops } from './rollup/hops.ts';
import { filterKey } from './scope.ts';
import type { Scope } from './scope.ts';
import { wilson } from '../statistics/index.ts';
import { TimeSlice } from './time-slice.ts';
import type { Proportion } from '../statistics/index.ts';
import { answerFrom } from './as-of-view.ts';
import type { Opening } from './as-of-view.ts';
import type { FunctionWindow, Window } from './window.ts';

/** Quantiles of n durations, ms: exact, or within 0.5 % if computed from rollups. */
export interface Durations {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly n: number;
}

/** Counts of every summary; `hosts` and `hops` are absent where no host is known. */
export interface Counts {
  readonly invocations: number;
  readonly cold: number;
  /** Among invocations known to be cold or warm, from their own report or their ordinal. */
  readonly coldRate: Proportion;
  /**
   * Invocations that named no sandbox. If none did, nothing is known about sandboxes, and all sandbox counts are
   * absent.
   */
  readonly withoutSandbox: number;
  readonly sandboxes?: number;
  /** Expected number, rounded: the sum of the probabilities. */
  readonly alive?: number;
  /** States `evicted` and `confirmed`. */
  readonly evicted?: number;
  readonly hosts?: number;
  /** The lowest of all hosts counted; `none` where no host is known. */
  readonly hostConfidence: HostConfidence;
  readonly hops?: number;
  /** Invocations that happened but were not received, from gaps in ordinals; absent where there are no ordinals. */
  readonly lostSpans?: number;
  readonly errors: number;
}

/** What a cold start adds to its caller's wait, ms: medians over the cold starts. */
export interface ColdStart {
  /** The platform's work before the sandbox began; only where the spans of callers were received. */
  readonly platformMs?: number;
  /** Initialisation: from process start, or specialisation, until the handler can be called. */
  readonly initMs: Durations;
  /** How much longer the first call of the handler takes, at least 0. */
  readonly firstCallPenaltyMs?: number;
  /** All of these together, as `cold-starts` answers it. */
  readonly costMs: number;
}

export interface FunctionSummary extends Counts {
  readonly function: string;
  readonly knows: readonly KnowableAnswer[];
  readonly missing: readonly MissingAnswers[];
  /** Attributes that name sandboxes; empty where they were not recorded. */
  readonly sandboxIdSources: readonly string[];
  readonly durationMs: Durations;
  readonly coldDurationMs?: Durations;
  readonly warmDurationMs?: Durations;
  readonly coldStart?: ColdStart;
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
    (opening, own) => summarise(store, opening, limit, own),
    signal,
  );
}

async function summarise(
  store: Store,
  { scope, plan, memo, window: loading }: Opening,
  limit: number,
  signal?: AbortSignal,
): Promise<FunctionSummaries> {
  const counted = plan ? countFromRollups(store, plan, scope, signal) : loading.then(countEach);
  const [window, rows, coldStartOf, hops] = await Promise.all([
    loading,
    counted,
    memo.remember(`cold starts ${scope.fromMs} ${filterKey(scope)}`, () =>
      loadColdStarts(store, scope, plan, counted),
    ),
    loading.then((own) => countAllHops(store, own, signal)),
  ]);
  const shown = rows.slice(0, limit);
  const slice = new TimeSlice();
  const hosts = new Map<string, Hosts>();
  await slice.each(window.functions, ([name, judged]) => hosts.set(name, hostsOf(judged, window)));
  const factsOf = new Map<string, SandboxFacts[]>();
  await slice.each(window.facts.values(), (fact) => addToGroup(factsOf, fact.function, fact));
  const functions: FunctionSummary[] = [];
  for (const row of shown) {
    await slice.pause();
    const facts = factsOf.get(row.function) ?? [];
    const initsMs = window.functions.get(row.function)?.coldInitsMs ?? [];
    functions.push(summary(row, window, { hosts, hops, facts, ...coldStartOf(row, initsMs) }));
  }
  return {
    functions,
    total: totalOf(functions, hosts, hops),
    truncated: rows.length > limit || window.truncated,
    window,
  };
}

/** The functions of a window of which every invocation was examined, by name. */
function countEach({ functions }: Window): FunctionRow[] {
  return [...functions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { invocations }]) => countInvocations(name, invocations));
}

/** @param invocations ordered by start */
function countInvocations(name: string, invocations: readonly Invocation[]): FunctionRow {
  const cold = invocations.filter((invocation) => invocation.cold === true);
  const warm = invocations.filter((invocation) => invocation.cold === false);
  return {
    function: name,
    invocations: String(invocations.length),
    n_cold: String(cold.length),
    n_warm: String(warm.length),
    errors: String(invocations.filter(({ hasFailed }) => hasFailed).length),
    last_seen: invocations.at(-1)?.startUnixNano ?? '0',
    durations: exactQuantiles(invocations),
    cold_durations: exactQuantiles(cold),
    warm_durations: exactQuantiles(warm),
  };
}

function exactQuantiles(invocations: readonly Invocation[]): Quantiles {
  return quantilesOf(invocations.map(({ durationMs }) => durationMs));
}

function quantilesOf(values: readonly number[]): Quantiles {
  const ascending = values.toSorted((a, b) => a - b);
  const at = (q: number): number | null => ascending[Math.floor(q * ascending.length)] ?? null;
  return [at(0.5), at(0.95), at(0.99)];
}

async function countFromRollups(
  store: Store,
  plan: ReadPlan,
  scope: Scope,
  signal?: AbortSignal,
): Promise<FunctionRow[]> {
  const [counts, durations] = await Promise.all([
    loadCounts(store, plan, scope, signal),
    loadDurations(store, plan, scope, signal),
  ]);
  return counts.flatMap((row) => {
    const found = durations.get(row.function);
    return found ? [{ ...found, ...row }] : [];
  });
}

/** Hops of each function; for a missing function the hosts are unknown. */
async function countAllHops(
  store: Store,
  window: Window,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const { plan, hosts, functions } = window;
  if (plan === undefined) {
    return new Map(
      [...functions].map(([name, { invocations }]) => [name, countHops(invocations, hosts).hops] as const),
    );
  }
  if (![...hosts.values()].some(({ id }) => id !== undefined)) return new Map();
  const counts = await loadHopCounts(store, plan, window, signal);
  if (counts) return counts;
  const all = await loadHops(store, plan, window, signal);
  return new Map([...all].map(([name, { hops }]) => [name, hops]));
}

interface SummaryParts {
  readonly hosts: ReadonlyMap<string, Hosts>;
  readonly hops: ReadonlyMap<string, number>;
  readonly facts: readonly SandboxFacts[];
  readonly coldStart?: ColdStart;
}

function summary(
  row: FunctionRow,
  window: Window,
  { hosts, hops, facts, coldStart }: SummaryParts,
): FunctionSummary {
  const judged = window.functions.get(row.function);
  const cold = Number(row.n_cold);
  const warm = Number(row.n_warm);
  const invocations = Number(row.invocations);
  const unnamed = judged?.unnamed ?? 0;
  const named = facts.filter(({ sandboxId }) => sandboxId !== '');
  const hostsAndHops = hostCounts([row.function], hosts, hops);
  return {
    function: row.function,
    ...knowable({
      invocations,
      unnamed,
      cold,
      coldOrWarm: cold + warm,
      inits: judged?.coldInitsMs.length ?? 0,
      hosts: hostsAndHops.hosts ?? 0,
      facts: named,
    }),
    sandboxIdSources: [...new Set(named.map(({ sandboxIdSource }) => sandboxIdSource))]
      .filter((source) => source !== '')
      .sort(),
    invocations,
    cold,
    coldRate: wilson(cold, cold + warm),
    withoutSandbox: unnamed,
    ...(judged &&
      unnamed < invocations && {
        sandboxes: judged.lives.length,
        alive: countAlive(judged),
        evicted: countEvicted(judged),
      }),
    ...hostsAndHops,
    ...(judged &&
      named.some(({ tellsOrdinals }) => tellsOrdinals) && {
        lostSpans: judged.lives.reduce((sum, life) => sum + life.lost, 0),
      }),
    errors: Number(row.errors),
    durationMs: durations(row.durations, invocations),
    ...(cold > 0 && { coldDurationMs: durations(row.cold_durations, cold) }),
    ...(warm > 0 && { warmDurationMs: durations(row.warm_durations, warm) }),
    ...(coldStart && { coldStart }),
    lastSeenUnixNano: row.last_seen,
  };
}

type ColdStartOf = (row: FunctionRow, initsMs: readonly number[]) => { readonly coldStart?: ColdStart };

/** The cost of cold starts of each function. */
async function loadColdStarts(
  store: Store,
  scope: Scope,
  plan: ReadPlan | undefined,
  counted: Promise<readonly FunctionRow[]>,
): Promise<ColdStartOf> {
  const invocations = counted.then((rows) => rows.reduce((sum, row) => sum + Number(row.invocations), 0));
  const { colds, warm, warmBeyondMs } = await loadColdTimes(store, scope, { invocations, plan });
  const coldsOf = groupBy(colds, (call) => call.function);
  const warmOf = groupBy(warm, (calls) => calls.function);
  return (row, initsMs) => {
    const name = row.function;
    const usual = { warm: warmOf.get(name) ?? [], warmBeyondMs: warmBeyondMs.get(name) ?? [] };
    return coldStartFrom(row, initsMs, partsOf(coldsOf.get(name) ?? [], usual));
  };
}

function coldStartFrom(
  row: FunctionRow,
  initsMs: readonly number[],
  parts: readonly Parts[],
): ReturnType<ColdStartOf> {
  if (initsMs.length === 0) return {};
  const initMs = durations(quantilesOf(initsMs), initsMs.length);
  const { platformMs, penaltyMs, totalMs } = phasesOf(parts);
  if (totalMs.value !== undefined) {
    return {
      coldStart: {
        ...(platformMs.value !== undefined && { platformMs: platformMs.value }),
        initMs,
        ...(penaltyMs.value !== undefined && { firstCallPenaltyMs: penaltyMs.value }),
        costMs: totalMs.value,
      },
    };
  }
  // Rollups are kept longer than what they sum up: of the parts only the quantiles are left.
  const [[first], [later]] = [row.cold_durations, row.warm_durations];
  if (first === null || later === null) return { coldStart: { initMs, costMs: initMs.p50 } };
  const firstCallPenaltyMs = Math.max(0, first - later);
  return { coldStart: { initMs, firstCallPenaltyMs, costMs: initMs.p50 + firstCallPenaltyMs } };
}

function totalOf(
  functions: readonly FunctionSummary[],
  hosts: ReadonlyMap<string, Hosts>,
  hops: ReadonlyMap<string, number>,
): Counts {
  const sum = (pick: (summary: FunctionSummary) => number | undefined): number =>
    functions.reduce((total, summary) => total + (pick(summary) ?? 0), 0);
  const knowsSandboxes = functions.length === 0 || functions.some(({ sandboxes }) => sandboxes !== undefined);
  const cold = sum((summary) => summary.cold);
  return {
    invocations: sum((summary) => summary.invocations),
    cold,
    coldRate: wilson(
      cold,
      sum((summary) => summary.coldRate.n),
    ),
    withoutSandbox: sum((summary) => summary.withoutSandbox),
    ...(knowsSandboxes && {
      sandboxes: sum((summary) => summary.sandboxes),
      alive: sum((summary) => summary.alive),
      evicted: sum((summary) => summary.evicted),
    }),
    ...hostCounts(
      functions.map((summary) => summary.function),
      hosts,
      hops,
    ),
    ...((functions.length === 0 || functions.some(({ lostSpans }) => lostSpans !== undefined)) && {
      lostSpans: sum((summary) => summary.lostSpans),
    }),
    errors: sum((summary) => summary.errors),
  };
}

/** Hosts of sandboxes, and their confidence. */
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

function countAlive({ fates }: FunctionWindow): number {
  let alive = 0;
  for (const { evictedProbability } of fates.values()) alive += 1 - evictedProbability;
  return Math.round(alive);
}

/** Number of sandboxes in the states `evicted` and `confirmed`. */
function countEvicted({ fates }: FunctionWindow): number {
  let evicted = 0;
  for (const { state } of fates.values()) if (state === 'evicted' || state === 'confirmed') evicted += 1;
  return evicted;
}

function durations([p50, p95, p99]: Quantiles, n: number): Durations {
  return { p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0, n };
}
