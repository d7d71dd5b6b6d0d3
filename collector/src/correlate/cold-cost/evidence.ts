import { HAS_FAILED, IS_COLD } from '../invocation-sql.ts';
import type { Store } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import type { ReadPlan } from '../rollup/read-plan.ts';
import { firstCallsIn, WARM_CALLS, warmCallsIn } from '../rollup/starts.ts';
import { betweenSql, filterSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { TimeSlice } from '../time-slice.ts';
import { HAS_TIMES, IS_CLIENT } from '../span-sql.ts';

/** The times of one cold start as reported by its function, and what they depend on. Unreported values are absent. */
export interface ColdTimes {
  readonly function: string;
  readonly version: string;
  readonly cpuModel: string;
  readonly initType: string;
  readonly memoryBytes?: number;
  readonly durationMs: number;
  /** A failed call did not do its work, so its duration says nothing about that work. */
  readonly hasFailed: boolean;
  readonly initMs?: number;
  readonly runtimeMs?: number;
  readonly moduleMs?: number;
  /**
   * How much longer the caller waited than the function ran; present with the span of a client that waited for the
   * answer.
   */
  readonly beyondMs?: number;
}

/** One cold start, with its place. */
export interface ColdCall extends ColdTimes {
  readonly sandboxId: string;
  readonly instance: string;
  readonly platform: string;
  readonly region: string;
  readonly architecture: string;
  readonly startMs: number;
}

/** Warm successful calls of one configuration of a function. */
export interface WarmCalls {
  readonly function: string;
  readonly version: string;
  readonly memoryBytes?: number;
  readonly cpuModel: string;
  readonly medianMs: number;
  readonly n: number;
}

/** The invocations that the cost of cold starts is read from. */
export interface Calls {
  /** Functions in the answer. Default all. */
  readonly names?: readonly string[];
  /** How many invocations there are in the scope. */
  readonly invocations: number | Promise<number>;
  /** Of the scope, if it consists of whole buckets, so that rollups can be read. */
  readonly plan: ReadPlan | undefined;
}

export interface ColdCostEvidence<Cold extends ColdTimes = ColdCall> {
  /** At most 400 per function, 4,000 if it is the only one; sampled independently of their properties. */
  readonly colds: readonly Cold[];
  readonly warm: readonly WarmCalls[];
  /** How much longer callers of warm calls waited than the function ran, ms; per function. */
  readonly warmBeyondMs: ReadonlyMap<string, readonly number[]>;
}

/** Limits per function: for one function, and if all are in scope. */
const MOST_COLD = { one: 4_000, each: 400 };
/** Maximum number of warm calls whose callers are looked for, over all functions. */
const WARM_SAMPLE = 200_000;
/** Maximum number of configurations of one function. */
const MOST_KINDS = 200;
const MOST_BEYOND = 300;
/** Maximum number of traces in which callers are looked up, divided evenly over all functions. */
const MOST_TRACES = 3_000;
/** A caller's span begins before its function's by at most this, ms, including clock differences. */
const CALLER_MS = 3_600_000;

interface TimesRow {
  readonly f: string;
  readonly v: string;
  readonly u: string;
  readonly y: string;
  readonly e: number;
  readonly m: string | null;
  readonly b: string;
  readonly d: number;
  readonly i: number | null;
}

const TIMES = `function AS f, version AS v, cpu_model AS u, init_type AS y, ${HAS_FAILED} AS e, memory_limit_bytes AS m,
  toUnixTimestamp64Nano(start) AS b, duration_ns / 1e6 AS d, init_duration_ms AS i`;

/** Where the span of its caller is. */
const CALLER = 'trace_id AS x, parent_span_id AS q';
/** The same without the ids that lead nowhere: random ids are most of what is sent. */
const CALLER_IF_ANY = "if(parent_span_id = '', '', trace_id) AS x, parent_span_id AS q";

interface CalledRow extends TimesRow {
  readonly x: string;
  readonly q: string;
}

interface ColdRow extends CalledRow {
  readonly s: string;
  readonly g: string;
  readonly p: string;
  readonly r: string;
  readonly a: string;
  readonly t: number | null;
  readonly o: number | null;
}

const PLACE = `sandbox_id AS s, instance AS g, platform AS p, region AS r, host_arch AS a, init_runtime_ms AS t,
  init_module_ms AS o`;

const ofFunctions = (names: readonly string[] | undefined): string =>
  names === undefined ? 'true' : `function IN (${names.map(quote).join(', ') || "''"})`;

/** What the cost of each cold start follows from. */
export async function loadColdCostEvidence(
  store: Store,
  scope: Scope,
  calls: Calls,
): Promise<ColdCostEvidence> {
  const [rows, usual] = await Promise.all([
    loadCold<ColdRow>(store, scope, calls, `${TIMES}, ${PLACE}, ${CALLER}`, ['d', 's', 'x', 'q']),
    loadUsual(store, scope, calls),
  ]);
  const callers = await loadCallers(store, scope, [...rows, ...usual.callers]);
  const colds: ColdCall[] = [];
  await new TimeSlice().each(rows, (row) => colds.push(coldCall(row, callers.get(`${row.x}${row.q}`))));
  return { colds, ...usualCalls(usual, callers) };
}

/** Cold starts, each once; a sample by their starts where a function has many. */
async function loadCold<Row>(
  store: Store,
  scope: Scope,
  { names, plan }: Calls,
  columns: string,
  order: readonly string[],
): Promise<Row[]> {
  const calls = await firstCallsIn(store, scope, plan);
  const each = scope.function === undefined ? MOST_COLD.each : MOST_COLD.one;
  return store.query<Row>(
    `SELECT * FROM (
      SELECT ${columns}
      FROM ${calls.sql}
      WHERE ${ofFunctions(names)} AND ${IS_COLD} = true
      LIMIT 1 BY function, trace_id, span_id
    )
    ORDER BY f, intHash64(b), b, ${order.join(', ')}
    LIMIT {each:UInt32} BY f`,
    { ...calls.params, each },
  );
}

/** What the cost of each cold start follows from, of the times alone: without ids. */
export async function loadColdTimes(
  store: Store,
  scope: Scope,
  calls: Calls,
): Promise<ColdCostEvidence<ColdTimes>> {
  const [rows, usual] = await Promise.all([
    loadCold<CalledRow>(store, scope, calls, `${TIMES}, ${CALLER_IF_ANY}`, ['d', 'x', 'q']),
    loadUsual(store, scope, calls),
  ]);
  const callers = await loadCallers(store, scope, [...rows, ...usual.callers]);
  const colds: ColdTimes[] = [];
  await new TimeSlice().each(rows, (row) => colds.push(coldTimes(row, callers.get(`${row.x}${row.q}`))));
  return { colds, ...usualCalls(usual, callers) };
}

/** A caller that was answered before the function finished, for example after sending an event, did not wait for it. */
function beyondOf(callerMs: number | undefined, durationMs: number): number | undefined {
  return callerMs === undefined || callerMs < durationMs ? undefined : callerMs - durationMs;
}

function coldTimes(row: TimesRow, callerMs: number | undefined): ColdTimes {
  const beyondMs = beyondOf(callerMs, row.d);
  return {
    function: row.f,
    version: row.v,
    cpuModel: row.u,
    initType: row.y,
    ...(row.m !== null && { memoryBytes: Number(row.m) }),
    durationMs: row.d,
    hasFailed: Boolean(row.e),
    // No phase takes negative time: such a value was not measured.
    ...(row.i !== null && row.i >= 0 && { initMs: row.i }),
    ...(beyondMs !== undefined && { beyondMs }),
  };
}

function coldCall(row: ColdRow, callerMs: number | undefined): ColdCall {
  return {
    ...coldTimes(row, callerMs),
    sandboxId: row.s,
    instance: row.g,
    platform: row.p,
    region: row.r,
    architecture: row.a,
    startMs: Number(row.b) / 1e6,
    ...(row.t !== null && row.t >= 0 && { runtimeMs: row.t }),
    ...(row.o !== null && row.o >= 0 && { moduleMs: row.o }),
  };
}

interface UsualRows {
  readonly warm: readonly WarmCalls[];
  readonly callers: readonly CallerRow[];
}

async function loadUsual(
  store: Store,
  scope: Scope,
  { names, invocations, plan }: Calls,
): Promise<UsualRows> {
  const where = `${betweenSql('start')}${filterSql(scope)} AND ${ofFunctions(names)}`;
  const params = scopeParams(scope);
  const [warm, callers] = await Promise.all([
    plan ? loadWarmFromRollups(store, scope, plan, names) : loadWarm(store, where, params),
    loadWarmCallers(store, where, params, invocations),
  ]);
  return { warm, callers };
}

function usualCalls(
  { warm, callers }: UsualRows,
  callerMsOf: ReadonlyMap<string, number>,
): Pick<ColdCostEvidence, 'warm' | 'warmBeyondMs'> {
  const warmBeyondMs = new Map<string, number[]>();
  for (const { f, x, q, d } of callers) {
    const beyondMs = beyondOf(callerMsOf.get(`${x}${q}`), d);
    if (beyondMs !== undefined) warmBeyondMs.set(f, [...(warmBeyondMs.get(f) ?? []), beyondMs]);
  }
  return { warm, warmBeyondMs };
}

/** Samples one in this many by start: the same ones at every question. */
const oneOf = (invocations: number): string =>
  invocations <= WARM_SAMPLE
    ? ''
    : ` AND intHash64(toUnixTimestamp64Nano(start)) % ${Math.ceil(invocations / WARM_SAMPLE)} = 0`;

interface WarmRow {
  readonly f: string;
  readonly v: string;
  readonly m: string | null;
  readonly u: string;
  readonly d: number;
  readonly n: string;
}

async function loadWarm(store: Store, where: string, params: Record<string, string>): Promise<WarmCalls[]> {
  const rows = await store.query<WarmRow>(
    `SELECT function AS f, version AS v, memory_limit_bytes AS m, cpu_model AS u, quantileExact(0.5)(duration_ns / 1e6) AS d, count() AS n
    FROM ${store.database}.invocations
    WHERE ${where} AND ${IS_COLD} = false AND NOT ${HAS_FAILED}
    GROUP BY f, v, m, u
    ORDER BY f, n DESC, v, m, u
    LIMIT ${MOST_KINDS} BY f`,
    params,
  );
  return rows.map(warmCalls);
}

async function loadWarmFromRollups(
  store: Store,
  scope: Scope,
  plan: ReadPlan,
  names: readonly string[] | undefined,
): Promise<WarmCalls[]> {
  const calls = await warmCallsIn(store, scope, plan);
  const rows = await store.query<WarmRow>(
    `SELECT function AS f, version AS v, nullIf(memory_limit_bytes, 0) AS m, cpu_model AS u,
      ${WARM_CALLS.medianMs} AS d, ${WARM_CALLS.count} AS n
    FROM ${calls.sql}
    WHERE ${ofFunctions(names)}
    GROUP BY f, v, m, u
    ORDER BY f, n DESC, v, m, u
    LIMIT ${MOST_KINDS} BY f`,
    calls.params,
  );
  return rows.map(warmCalls);
}

function warmCalls({ f, v, m, u, d, n }: WarmRow): WarmCalls {
  return {
    function: f,
    version: v,
    ...(m !== null && { memoryBytes: Number(m) }),
    cpuModel: u,
    medianMs: d,
    n: Number(n),
  };
}

interface CallerRow {
  readonly f: string;
  readonly x: string;
  readonly q: string;
  readonly d: number;
}

async function loadWarmCallers(
  store: Store,
  where: string,
  params: Record<string, string>,
  invocations: number | Promise<number>,
): Promise<CallerRow[]> {
  // Often nothing is known of callers, which one empty column says.
  const [known] = await store.query(
    `SELECT 1 FROM ${store.database}.invocations PREWHERE parent_span_id != '' WHERE ${where} LIMIT 1`,
    params,
  );
  if (known === undefined) return [];
  return store.query<CallerRow>(
    `SELECT function AS f, ${CALLER}, duration_ns / 1e6 AS d
    FROM ${store.database}.invocations
    WHERE ${where} AND ${IS_COLD} = false AND parent_span_id != ''${oneOf(await invocations)}
    ORDER BY f, cityHash64(trace_id, span_id)
    LIMIT ${MOST_BEYOND} BY f`,
    params,
  );
}

/** Durations of the client spans that are parents, ms, by trace and span id. */
async function loadCallers(
  store: Store,
  scope: Scope,
  parents: readonly { readonly x: string; readonly q: string }[],
): Promise<ReadonlyMap<string, number>> {
  const told = parents.filter(({ q }) => q !== '');
  const stride = Math.ceil(told.length / MOST_TRACES);
  const asked = told.filter((_, index) => index % stride === 0);
  if (asked.length === 0) return new Map();
  const rows = await store.query<{ x: string; q: string; d: number }>(
    `SELECT TraceId AS x, SpanId AS q, max(Duration) / 1e6 AS d
    FROM ${store.database}.otel_traces
    WHERE ${betweenSql('Timestamp')} AND ${IS_CLIENT} AND ${HAS_TIMES} AND TraceId IN (${[...new Set(asked.map(({ x }) => quote(x)))].join(', ')})
    GROUP BY x, q`,
    scopeParams({ fromMs: scope.fromMs - CALLER_MS, toMs: scope.toMs + 60_000 }),
  );
  return new Map(rows.map(({ x, q, d }) => [`${x}${q}`, d]));
}
